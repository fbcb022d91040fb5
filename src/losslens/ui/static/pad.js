// The drawing pad: a 2-D canvas of 280x280 units. Its value is the JSON of what the strokes left, [[[x, y], ...], ...],
// or a PNG data URL where these do not say all; "" while nothing is drawn.
const canvas = element.querySelector("canvas");
const cursor = element.querySelector(".pad-cursor");
const brush = element.querySelector(".pad-brush input");
const pen = canvas.getContext("2d", { willReadFrequently: true });
const SEND_EVERY = 120; // ms, while a stroke goes on
const KEPT_AS = "losslens-pad-" + canvas.dataset.task; // in the visitor's tab of the browser
const PALM = 60; // pixels; a wider touch is no finger
const PEN_RESTS = 1500; // ms
const UNDER_WAY = 25; // units: a second finger makes a shorter stroke a pinch, and no longer one
const ERASER = 5; // the button that the other end of a pen is
const NEXT = 1; // units: points nearer to the one before are not sent
const MOST_STROKES = 500, MOST_POINTS = 20000; // that are sent; of more the picture is
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 8, SMALL_STEP = 2; // units that an arrow key goes
let strokes = []; // each { points: [[x, y], ...], width, erases }, kept for undo
let backdrop = null; // a sample picture under the strokes
let stroke = null; // the one that is being drawn
let drawer = null; // the pointer that draws it: its id and kind
const touches = new Set(); // fingers on the pad; after a pinch none draws until all are lifted
let pinched = false;
let penSeen = -Infinity; // ms; a touch soon after a pen is the hand that holds it
let lastSent = 0;
let at = [140, 140]; // where the keyboard's cursor is
const held = new Set(); // arrow keys that are down: two of them go aslant

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
  const drawn = isEmpty() ? "" : (backdrop ? null : asText()) ?? canvas.toDataURL("image/png");
  if (drawn === props.value) trigger("change"); // a picture was shown that was never sent, and is cleared now
  else props.value = drawn;
}

// The strokes as JSON; null where they are not asked for, or are too many.
function asText() {
  if (!("strokes" in canvas.dataset)) return null;
  const lines = remaining().map(thinned);
  const points = lines.reduce((sum, line) => sum + line.length, 0);
  return lines.length > MOST_STROKES || points > MOST_POINTS ? null : JSON.stringify(lines);
}

// What an eraser has left of the strokes before it: lines of points.
function remaining() {
  let lines = [];
  for (const { points, width, erases } of strokes) {
    if (erases) lines = lines.flatMap((line) => rubbed(filled(line), filled(points), width / 2));
    else lines.push(points);
  }
  return lines;
}

function rubbed(line, path, reach) {
  const pieces = [[]];
  for (const [x, y] of line) {
    if (!path.some((point) => Math.hypot(point[0] - x, point[1] - y) < reach)) pieces.at(-1).push([x, y]);
    else if (pieces.at(-1).length) pieces.push([]);
  }
  return pieces.filter((piece) => piece.length);
}

// With a point every two units.
function filled(line) {
  return line.flatMap(([x, y], i) => {
    if (i === 0) return [[x, y]];
    const [fromX, fromY] = line[i - 1];
    const steps = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / 2));
    return Array.from({ length: steps }, (_, k) => {
      const share = (k + 1) / steps;
      return [fromX + (x - fromX) * share, fromY + (y - fromY) * share];
    });
  });
}

function thinned(line) {
  const kept = [];
  for (const [x, y] of line) {
    const before = kept.at(-1);
    if (!before || Math.hypot(x - before[0], y - before[1]) >= NEXT) kept.push([x, y]);
  }
  return kept.map((point) => point.map((value) => Math.round(value * 10) / 10));
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
  cursor.classList.remove("down");
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
  if (drawer?.kind === "keyboard") changed();
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

// By keyboard: the arrows move a cursor, and the space bar puts the pen down there and lifts it.
function penUp() {
  if (drawer?.kind === "keyboard") changed();
}

function penDown() {
  drawer = { kind: "keyboard" };
  stroke = { points: [at], width: brush.valueAsNumber, erases: false };
  strokes.push(stroke);
  cursor.classList.add("down");
  paint();
}

function move(step) {
  const way = [0, 1].map((axis) => [...held].reduce((sum, key) => sum + ARROWS[key][axis], 0));
  at = at.map((value, axis) => Math.min(280, Math.max(0, value + way[axis] * step)));
  [cursor.style.left, cursor.style.top] = at.map((value) => `${value / 2.8}%`);
  if (drawer?.kind !== "keyboard") return;
  stroke.points.push(at);
  paint();
  if (performance.now() - lastSent > SEND_EVERY) send();
}

const KEYS = {
  " ": () => (drawer?.kind === "keyboard" ? penUp() : stroke || penDown()),
  Escape: penUp,
  Backspace: undo,
};
canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in ARROWS) {
    held.add(event.key);
    move(event.shiftKey ? SMALL_STEP : STEP);
  } else if (event.key in KEYS && !event.repeat) KEYS[event.key]();
  else return;
  event.preventDefault();
});
canvas.addEventListener("keyup", (event) => {
  if (held.delete(event.key) && drawer?.kind === "keyboard") send();
});
canvas.addEventListener("blur", () => {
  held.clear();
  penUp();
});

function undo() {
  if (strokes.length) strokes.pop();
  else backdrop = null;
  changed();
}

element.querySelector(".pad-clear").addEventListener("click", () => {
  [strokes, backdrop] = [[], null];
  changed();
});
element.querySelector(".pad-undo").addEventListener("click", undo);
for (const sample of element.querySelectorAll(".pad-sample")) {
  sample.addEventListener("click", () => {
    [strokes, backdrop] = [[], sample.querySelector("img")];
    changed();
  });
}
paint();
restore();
