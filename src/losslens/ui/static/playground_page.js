// The playground's page: its state, and the loop that trains and draws. Its controls follow in playground_controls.js.
const root = element.querySelector(".playground");
const setup = JSON.parse(root.dataset.setup), { words } = setup;
const find = (selector) => root.querySelector(selector);
const compiled = new Map(); // graphs of losses, by key and number of classes
const BUDGET = 45; // ms that a frame may train: with what it draws, ten frames a second on a slow phone
const MEASURE_EVERY = 12; // frames

// Of the link: settings, points edited by hand or null, and the step to go to and stop at, or 0.
let { settings, edited, step: goal } = readLink(losslensLink.read(PART), setup);
const state = { points: [], classes: 2, cursor: { x: 0, y: 0 }, carried: null };
let run = null, planes = [], unseen = [], leftOut = []; // leftOut: names of losses that cannot be computed here
let playing = !matchMedia("(prefers-reduced-motion: reduce)").matches || goal > 0;
let visible = false, frame = null, frames = 0, opened = 0;

async function lossesOf({ losses, data }) {
  const { classes } = SHAPES[data], lacking = losses.filter((key) => !compiled.has(key + classes));
  if (lacking.length) {
    const graphs = await server.playground_graphs({ losses: lacking, classes });
    for (const key of lacking) compiled.set(key + classes, compiledOrNull(graphs[key]));
  }
  return losses.map((key) => [key, compiled.get(key + classes)]);
}

// Null for a loss that is no graph, or has an operation that is not known here.
function compiledOrNull(graph) {
  try {
    return graph && compile(graph);
  } catch {
    return null;
  }
}

// Everything anew from the settings, with the points as they are where they were edited.
async function restart() {
  const mine = ++opened;
  find(".pg-said").textContent = words.loading;
  run = null;
  let asked;
  try {
    asked = await lossesOf(settings);
  } catch {
    find(".pg-said").textContent = words.failed;
    return;
  }
  if (mine !== opened) return; // changed again meanwhile
  const losses = asked.filter(([, loss]) => loss);
  leftOut = asked.filter(([, loss]) => !loss).map(([key]) => setup.losses[key].name);
  if (!losses.length) {
    layFields([]);
    find(".pg-said").textContent = leftOutSaid().join(words.gap);
    return;
  }
  state.classes = SHAPES[settings.data].classes;
  state.points = edited ?? makePoints(settings);
  unseen = unseenPoints(settings);
  run = makeRun(settings, state.points, losses);
  layFields(losses.map(([key]) => key));
  root.dataset.classes = state.classes;
  show();
  wake();
}

function layFields(keys) {
  const fields = find(".pg-fields");
  fields.replaceChildren(...keys.map((key) => {
    const field = find("template").content.firstElementChild.cloneNode(true), { name } = setup.losses[key];
    field.dataset.loss = key;
    const mark = find(`.pg-losses [value="${key}"]`).parentElement.querySelector("svg").parentElement;
    field.querySelector("figcaption").prepend(mark.cloneNode(true), " ");
    field.querySelector(".pg-name").textContent = name;
    field.querySelector(".pg-points").setAttribute("aria-label", filled(words.field, { loss: name }));
    makeEditable(field.querySelector(".pg-points"), state, tool, pointsChanged, markAll);
    sized.observe(field.querySelector(".pg-plane"));
    return field;
  }));
  fields.dataset.count = keys.length;
  planes = [...fields.children].map((field, index) => makePlane(field.querySelector(".pg-colours"), run.networks[index]));
  resize();
}

function tool() {
  const value = root.querySelector("[name=tool]:checked").value;
  return value === "erase" ? value : Math.min(Number(value), state.classes - 1);
}

function pointsChanged() {
  edited = state.points;
  markAll();
  remember();
}

function resize() {
  const scale = Math.min(2, devicePixelRatio);
  for (const canvas of root.querySelectorAll(".pg-plane canvas")) {
    const side = Math.round(canvas.parentElement.clientWidth * scale);
    if (side && canvas.width !== side) canvas.width = canvas.height = side;
  }
  draw();
  markAll();
}

function draw() {
  if (run) for (const plane of planes) if (plane.canvas.width) drawPlane(plane, run.classes);
}

// Points and the keyboard's cursor, and what each network says there.
function markAll() {
  if (!run) return;
  const shares = sharesAt(run, state.cursor);
  [...find(".pg-fields").children].forEach((field, index) => {
    const canvas = field.querySelector(".pg-points"), focused = root.querySelector(".pg-points:focus-visible");
    markPoints(canvas, state.points, focused && state.cursor);
    const best = shares[index].indexOf(Math.max(...shares[index]));
    const values = { mark: setup.marks[best], share: (100 * shares[index][best]).toFixed(0) };
    field.querySelector(".pg-here").textContent = filled(words.here, values);
  });
}

// The figures under each field, and the sentences.
function show() {
  const figures = measure(run, unseen, settings.imbalance);
  [...find(".pg-fields").children].forEach((field, index) => {
    for (const name of ["accuracy", "confidence", "balanced"]) {
      field.querySelector(`.pg-${name}`).textContent = percent(figures[index][name]) + " %";
    }
  });
  root.dataset.rare = settings.imbalance > 1;
  root.dataset.step = run.steps;
  find(".pg-step-count").textContent = filled(words.step_count, { step: run.steps });
  const names = [...find(".pg-fields").children].map((field) => setup.losses[field.dataset.loss].name);
  const said = sentences(figures, names, { ...settings, step: run.steps, points: unseen.length }, words);
  find(".pg-said").setAttribute("aria-live", playing ? "off" : "polite");
  find(".pg-said").textContent = [...leftOutSaid(), ...said].join(words.gap);
}

function leftOutSaid() {
  return leftOut.map((loss) => filled(words.left_out, { loss }));
}

function advance(most) {
  const until = performance.now() + BUDGET;
  for (let i = 0; i < most && performance.now() < until; i++) run.step(settings.rate);
}

function tick() {
  frame = null;
  if (!playing || !visible || !run) return;
  advance(goal ? goal - run.steps : settings.speed);
  draw();
  root.dataset.frames = ++frames;
  if (goal && run.steps >= goal) {
    goal = 0;
    play(false);
  } else if (frames % MEASURE_EVERY === 0) {
    show();
    markAll();
  }
  wake();
}

function wake() {
  if (playing && visible && run) frame ??= requestAnimationFrame(tick);
}

function play(on) {
  playing = on;
  const button = find(".pg-play");
  button.textContent = on ? words.pause : words.play;
  button.dataset.playing = on;
  if (run) {
    show();
    markAll();
  }
  wake();
}
