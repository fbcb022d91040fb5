// The drawing pad: a 2-D canvas of 280x280 units. Its value is the JSON of what the strokes left, [[[x, y], ...], ...],
// the name of a sample that is on it alone, or a PNG data URL where these do not say all; "" while nothing is drawn.
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
let backdrop = null; // a picture under the strokes
let sample = null; // its key, where it is a sample
let opening = false; // whether it is the sample that the page opened with: the first stroke replaces it
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
  if (under()) pen.drawImage(under(), 0, 0, 280, 280);
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
  element.querySelector(".pad-over").hidden = !opening || strokes.length > 0;
}

function isEmpty() {
  return strokes.length === 0 && !backdrop;
}

// What lies under the strokes: of the sample that the page opened with nothing is left.
function under() {
  return opening && strokes.length ? null : backdrop;
}

function put(picture, key = null, first = false) {
  [strokes, backdrop, sample, opening, stroke, drawer] = [[], picture, key, first, null, null];
}

function send() {
  lastSent = performance.now();
  const drawn = isEmpty() ? "" : asName() ?? asText() ?? canvas.toDataURL("image/png");
  if (drawn === props.value) trigger("change"); // a picture was shown that was never sent, and is cleared now
  else props.value = drawn;
}

function asName() {
  return sample && under() && !strokes.length ? canvas.dataset.prefix + sample : null;
}

// The strokes as JSON; null where they are not all, not asked for, or too many.
function asText() {
  if (under() || !("strokes" in canvas.dataset)) return null;
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
    const kept = { strokes, backdrop: backdrop?.src ?? null, sample, brush: brush.value };
    if (isEmpty() || opening) sessionStorage.removeItem(KEPT_AS);
    else sessionStorage.setItem(KEPT_AS, JSON.stringify(kept));
  } catch {} // an embedded page may have no storage, or a full one
}

// In the link, but for a picture that is no sample.
function link() {
  const unknown = backdrop && (!sample || opening);
  losslensLink.draw(canvas.dataset.task, unknown ? null : padToText(strokes, sample));
}

// What the link has; whether there was something.
async function follow() {
  const said = padFromText(losslensLink.drawing(canvas.dataset.task) ?? "");
  if (!said) return false;
  await losslensLink.ready; // what else it says is then set
  const button = said.sample && element.querySelector(`.pad-sample[data-key="${CSS.escape(said.sample)}"]`);
  const picture = button ? button.querySelector("img") : null;
  await picture?.decode();
  put(picture, picture && said.sample);
  strokes = said.strokes;
  keep();
  sendOnceMounted();
  return true;
}

async function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT_AS));
    // A link has strokes with fewer points; kept may be the very ones that it was made of.
    const same = kept && losslensLink.drawing(canvas.dataset.task) === padToText(kept.strokes, kept.sample);
    if (same) await losslensLink.ready;
    else if (await follow()) return;
    if (!kept) return begin();
    const picture = kept.backdrop && Object.assign(new Image(), { src: kept.backdrop });
    await picture?.decode();
    if (!isEmpty()) return; // the visitor was faster
    put(picture, kept.sample);
    [strokes, brush.value] = [kept.strokes, kept.brush];
    link();
    sendOnceMounted();
  } catch {
    put(null);
    begin();
  }
}

// The page opens with a sample that is answered.
async function begin() {
  const first = element.querySelector("[data-opening]");
  if (!first) return;
  await first.querySelector("img").decode();
  if (!isEmpty() || isElsewhere()) return; // the visitor was faster
  put(first.querySelector("img"), first.dataset.key, true);
  sendOnceMounted();
}

// Whether the visitor has uploaded a picture instead.
function isElsewhere() {
  return element.closest("[data-own]") !== null;
}

// Gradio notices no change before it has mounted the page.
function sendOnceMounted() {
  paint();
  requestAnimationFrame(() => requestAnimationFrame(() => isElsewhere() || send()));
}

function changed() {
  stroke = drawer = null;
  if (opening && strokes.length) [backdrop, sample, opening] = [null, null, false];
  cursor.classList.remove("down");
  paint();
  keep();
  losslensLink.set(canvas.dataset.task, { truth: null }); // that was of another drawing
  link();
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
  put(event.detail);
  paint();
  keep();
  link();
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
  else put(null);
  changed();
}

element.querySelector(".pad-clear").addEventListener("click", () => {
  put(null);
  changed();
});
element.querySelector(".pad-undo").addEventListener("click", undo);
for (const each of element.querySelectorAll(".pad-sample")) {
  each.addEventListener("click", () => {
    put(each.querySelector("img"), each.dataset.key);
    changed();
  });
}
losslensLink.onreturn(() => {
  if (padToText(strokes, sample) !== losslensLink.drawing(canvas.dataset.task)) follow();
});
paint();
restore();
