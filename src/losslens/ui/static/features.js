// The feature view: the digits of each network's plane at one moment of its training, drawn as numerals in the colour of
// their class; the visitor's digit is a star among them.
const COLOURS = {
  light: ["#1f5fa8", "#b3452c", "#2e7d32", "#8e24aa", "#a06a00", "#00798c", "#c2185b", "#5d4037", "#4a4fc4", "#546e3a"],
  dark: ["#7db4ea", "#f2937c", "#7fd085", "#d494ea", "#e6b84f", "#5cc8d8", "#f58cb4", "#c5a698", "#a5a9f5", "#b3cf8e"],
};
const FRAME = 110; // ms that a moment stays while it plays
const STAR = 13; // pixels, its radius
let view = null, places = [], playing = null, wanted = null;

const find = (selector) => element.querySelector(selector);
const slider = () => find(".features-bar input");
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// A view that has come: its numbers unpacked, the moment that was looked at before shown again, and what played
// plays on, since a view may come at any time (the visitor's digit is answered, say). Gradio changes what is there
// into it, so that the nodes stay and lose what a script gave them: the sign that they are ready goes, listeners stay.
function renew() {
  const root = find(".features");
  if (!root || root.dataset.ready) return;
  root.dataset.ready = "yes";
  const before = view ? wanted : null, played = Boolean(playing);
  view = JSON.parse(root.dataset.view);
  places = view.planes.map((plane) => Uint8Array.from(atob(plane.places), (each) => each.charCodeAt(0)));
  stop();
  if (!slider()) return;
  slider().value = before ?? slider().max;
  sized.disconnect();
  for (const canvas of element.querySelectorAll(".features-planes canvas")) sized.observe(canvas);
  if (played) play();
  else show();
}

element.addEventListener("input", (event) => {
  if (event.target !== slider()) return;
  stop();
  show();
});
element.addEventListener("click", (event) => {
  if (event.target === find(".features-play")) playing ? stop() : play();
});

function show() {
  const began = performance.now(), moment = (wanted = Number(slider().value));
  const figures = [...element.querySelectorAll(".features-planes figure")];
  figures.forEach((figure, index) => {
    draw(figure.querySelector("canvas"), index, moment);
    const { separation, accuracy } = view.planes[index];
    figure.querySelector(".features-separation").textContent = separation[moment].toFixed(2);
    figure.querySelector(".features-accuracy").textContent = (100 * accuracy[moment]).toFixed(1) + " %";
  });
  const text = filled(view.words.at, { seen: view.seen[moment].toLocaleString() });
  find(".features-bar output").textContent = text;
  slider().setAttribute("aria-valuetext", text);
  find(".features").dataset.moment = moment;
  find(".features").dataset.ms = (performance.now() - began).toFixed(1); // what a move of the slider took
}

function draw(canvas, index, moment) {
  const scale = Math.min(2, devicePixelRatio), side = Math.round(canvas.clientWidth * scale);
  if (!side) return;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d"), colours = COLOURS[document.body.classList.contains("dark") ? "dark" : "light"];
  const count = view.target.length, margin = 9 * scale, room = side - 2 * margin;
  pen.clearRect(0, 0, side, side);
  pen.font = `700 ${10 * scale}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.globalAlpha = 0.8;
  for (let digit = 0; digit < count; digit++) {
    const at = 2 * (moment * count + digit), kind = view.target[digit];
    pen.fillStyle = colours[kind];
    pen.fillText(kind, margin + (places[index][at] / 255) * room, margin + (places[index][at + 1] / 255) * room);
  }
  pen.globalAlpha = 1;
  const star = view.planes[index].star?.[moment];
  if (star) drawStar(pen, star.map((each) => margin + Math.min(1, Math.max(0, each)) * room), STAR * scale);
}

function drawStar(pen, [x, y], radius) {
  pen.beginPath();
  for (let corner = 0; corner < 10; corner++) {
    const angle = (Math.PI * corner) / 5, reach = corner % 2 ? radius * 0.42 : radius;
    pen.lineTo(x + reach * Math.sin(angle), y - reach * Math.cos(angle));
  }
  pen.closePath();
  pen.fillStyle = "#facc15";
  pen.strokeStyle = "#111827";
  pen.lineWidth = radius / 6;
  pen.fill();
  pen.stroke();
}

function play() {
  if (slider().value === slider().max) slider().value = 0;
  find(".features-play").textContent = view.words.pause;
  show();
  playing = setInterval(() => {
    if (!find(".features")?.offsetParent) return stop(); // not in view any more
    slider().value = Number(slider().value) + 1;
    show();
    if (slider().value === slider().max) stop();
  }, FRAME);
}

function stop() {
  clearInterval(playing);
  playing = null;
  if (find(".features-play")) find(".features-play").textContent = view.words.play;
}

const sized = new ResizeObserver(() => slider() && show());
new MutationObserver(renew).observe(element, { childList: true, subtree: true, attributeFilter: ["data-ready"] });
new MutationObserver(() => slider() && show()).observe(document.body, { attributeFilter: ["class"] }); // light or dark
renew();
