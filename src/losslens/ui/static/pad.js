// The drawing pad: a 2-D canvas of 280x280 units. Its value is a PNG data URL; "" while nothing is drawn.
const canvas = element.querySelector("canvas");
const pen = canvas.getContext("2d", { willReadFrequently: true });
const SEND_EVERY = 120; // ms, while a stroke goes on
let strokes = []; // each a list of [x, y], kept for undo
let backdrop = null; // a sample picture under the strokes
let drawing = false;
let lastSent = 0;

function paint() {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, 280, 280);
  if (backdrop) pen.drawImage(backdrop, 0, 0, 280, 280);
  pen.strokeStyle = pen.fillStyle = "#111";
  pen.lineWidth = 20;
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of strokes) {
    pen.beginPath();
    pen.moveTo(...stroke[0]);
    stroke.forEach((point) => pen.lineTo(...point));
    if (stroke.length === 1) pen.lineTo(stroke[0][0] + 0.01, stroke[0][1]);
    pen.stroke();
  }
}

function send() {
  lastSent = performance.now();
  const empty = strokes.length === 0 && !backdrop;
  element.querySelector(".pad-hint").hidden = !empty;
  const drawn = empty ? "" : canvas.toDataURL("image/png");
  if (drawn === props.value) trigger("change"); // a picture was shown that was never sent, and is cleared now
  else props.value = drawn;
}

function where(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * 280) / box.width, ((event.clientY - box.top) * 280) / box.height];
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  drawing = true;
  strokes.push([where(event)]);
  element.querySelector(".pad-hint").hidden = true;
  paint();
});
canvas.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  const events = event.getCoalescedEvents?.() ?? [];
  strokes.at(-1).push(...(events.length ? events : [event]).map(where));
  paint();
  if (performance.now() - lastSent > SEND_EVERY) send();
});
// A picture to show that is answered already: nothing is sent until the visitor draws on it.
canvas.addEventListener("picture", (event) => {
  strokes = [];
  backdrop = event.detail;
  element.querySelector(".pad-hint").hidden = true;
  paint();
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, () => {
    if (!drawing) return;
    drawing = false;
    send();
  });
}

element.querySelector(".pad-clear").addEventListener("click", () => {
  strokes = [];
  backdrop = null;
  paint();
  send();
});
element.querySelector(".pad-undo").addEventListener("click", () => {
  if (strokes.length) strokes.pop();
  else backdrop = null;
  paint();
  send();
});
for (const sample of element.querySelectorAll(".pad-sample")) {
  sample.addEventListener("click", () => {
    strokes = [];
    backdrop = sample.querySelector("img");
    paint();
    send();
  });
}
paint();
