// The drawing pad: a 2-D canvas of 280x280 units. Its value is a PNG data URL; "" while nothing is drawn.
const canvas = element.querySelector("canvas");
const brush = element.querySelector(".pad-brush input");
const pen = canvas.getContext("2d", { willReadFrequently: true });
const SEND_EVERY = 120; // ms, while a stroke goes on
const KEPT_AS = "losslens-pad-" + canvas.dataset.task; // in the visitor's tab of the browser
const PALM = 60; // pixels; a wider touch is no finger
const PEN_RESTS = 1500; // ms
const UNDER_WAY = 25; // units: a second finger makes a shorter stroke a pinch, and no longer one
const ERASER = 5; // the button that the other end of a pen is
let strokes = []; // each { points: [[x, y], ...], width, erases }, kept for undo
let backdrop = null; // a sample picture under the strokes
let stroke = null; // the one that is being drawn
let drawer = null; // the pointer that draws it: its id and kind
const touches = new Set(); // fingers on the pad; after a pinch none draws until all are lifted
let pinched = false;
let penSeen = -Infinity; // ms; a touch soon after a pen is the hand that holds it
let lastSent = 0;

function paint() {
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, 280, 280);
  if (backdrop) pen.drawImage(backdrop, 0, 0, 280, 280);
  pen.lineCap = pen.lineJoin = "round";
  for (const { points, width, erases } of strokes) {
    const [[x, y]] = points;
    pen.strokeStyle = erases ? "#fff" : "#111";
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(x, y);
    points.forEach((point) => pen.lineTo(...point));
    // A line that goes nowhere would not be painted.
    if (points.every((point) => point[0] === x && point[1] === y)) pen.lineTo(x + 0.01, y);
    pen.stroke();
  }
  element.querySelector(".pad-hint").hidden = !isEmpty();
}

function isEmpty() {
  return strokes.length === 0 && !backdrop;
}

function send() {
  lastSent = performance.now();
  const drawn = isEmpty() ? "" : canvas.toDataURL("image/png");
  if (drawn === props.value) trigger("change"); // a picture was shown that was never sent, and is cleared now
  else props.value = drawn;
}

// What is drawn stays for this tab of the browser: through a reload, and in the other language.
function keep() {
  try {
    const kept = { strokes, backdrop: backdrop?.src ?? null, brush: brush.value };
    if (isEmpty()) sessionStorage.removeItem(KEPT_AS);
    else sessionStorage.setItem(KEPT_AS, JSON.stringify(kept));
  } catch {} // an embedded page may have no storage, or a full one
}

async function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT_AS));
    if (!kept) return;
    const picture = kept.backdrop && Object.assign(new Image(), { src: kept.backdrop });
    await picture?.decode();
    if (!isEmpty()) return; // the visitor was faster
    [strokes, backdrop, brush.value] = [kept.strokes, picture, kept.brush];
    paint();
    // Gradio notices no change before it has mounted the page.
    requestAnimationFrame(() => requestAnimationFrame(send));
  } catch {
    [strokes, backdrop] = [[], null];
  }
}

function changed() {
  stroke = drawer = null;
  paint();
  keep();
  send();
}

function where(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * 280) / box.width, ((event.clientY - box.top) * 280) / box.height];
}

function length(points) {
  return points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i][0], y - points[i][1]), 0);
}

function isPalm(event) {
  if (event.pointerType !== "touch") return false;
  return Math.max(event.width, event.height) > PALM || performance.now() - penSeen < PEN_RESTS;
}

function drop() {
  strokes = strokes.filter((each) => each !== stroke);
  changed();
}

// Whether a pointer that comes down while another draws leaves that alone; if not, it ends its stroke.
function isSecond(event) {
  if (!stroke) return false;
  if (event.pointerType === "pen" && drawer.kind === "touch") drop(); // that was the hand
  else if (event.pointerType === "touch" && drawer.kind === "touch" && length(stroke.points) < UNDER_WAY) {
    pinched = true;
    drop();
  }
  return stroke !== null || pinched;
}

for (const seen of ["pointerdown", "pointermove", "pointerup"]) {
  canvas.addEventListener(seen, (event) => {
    if (event.pointerType === "pen") penSeen = performance.now();
  });
}
canvas.addEventListener("pointerdown", (event) => {
  if (isPalm(event)) return;
  if (event.pointerType === "touch") touches.add(event.pointerId);
  if (event.button !== 0 && event.button !== ERASER) return;
  if (pinched || isSecond(event)) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  drawer = { id: event.pointerId, kind: event.pointerType };
  const erases = event.button === ERASER;
  stroke = { points: [where(event)], width: brush.valueAsNumber * (erases ? 2 : 1), erases };
  strokes.push(stroke);
  paint();
});
canvas.addEventListener("pointermove", (event) => {
  if (event.pointerId !== drawer?.id) return;
  const events = event.getCoalescedEvents?.() ?? [];
  stroke.points.push(...(events.length ? events : [event]).map(where));
  paint();
  if (performance.now() - lastSent > SEND_EVERY) send();
});
// A picture to show that is answered already: nothing is sent until the visitor draws on it.
canvas.addEventListener("picture", (event) => {
  [strokes, backdrop, stroke, drawer] = [[], event.detail, null, null];
  paint();
  keep();
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (event) => {
    touches.delete(event.pointerId);
    if (touches.size === 0) pinched = false;
    if (event.pointerId !== drawer?.id) return;
    if (end === "pointerup") changed();
    else drop(); // the browser made a gesture of it
  });
}
// While a stroke is under way, a palm or a second finger makes no pinch of it.
for (const touch of ["touchstart", "touchmove"]) {
  const hold = (event) => stroke && length(stroke.points) >= UNDER_WAY && event.cancelable && event.preventDefault();
  canvas.addEventListener(touch, hold, { passive: false });
}

element.querySelector(".pad-clear").addEventListener("click", () => {
  [strokes, backdrop] = [[], null];
  changed();
});
element.querySelector(".pad-undo").addEventListener("click", () => {
  if (strokes.length) strokes.pop();
  else backdrop = null;
  changed();
});
for (const sample of element.querySelectorAll(".pad-sample")) {
  sample.addEventListener("click", () => {
    [strokes, backdrop] = [[], sample.querySelector("img")];
    changed();
  });
}
paint();
restore();
