// The playground's controls: each sets one of the settings, and the address of the browser follows.
const DATA = ["data", "noise", "wrong", "imbalance", "far", "points", "seed"]; // settings that make new points

function remember() {
  losslensLink.set(PART, linkOf(settings, edited, playing ? 0 : (run?.steps ?? 0), setup));
}

// The controls say what the settings are.
function showSettings() {
  for (const control of root.querySelectorAll("[data-setting]")) {
    const { setting } = control.dataset, value = settings[setting];
    if (control.type === "radio") control.checked = control.value === String(value);
    else if (setting === "losses") control.checked = value.includes(control.value);
    else if (control.type === "checkbox") control.checked = Boolean(value);
    else control.value = value;
    const output = control.parentElement.querySelector("output");
    if (output) output.textContent = value;
  }
  const full = settings.losses.length >= setup.most;
  for (const box of root.querySelectorAll("[data-setting=losses]")) {
    box.disabled = box.checked ? settings.losses.length === 1 : full;
  }
}

function change(values) {
  const before = settings;
  settings = { ...settings, ...values };
  const changed = (names) => names.some((name) => String(before[name]) !== String(settings[name]));
  if (changed(DATA)) edited = null;
  goal = 0;
  showSettings();
  if (changed([...DATA, "losses", "size"])) restart();
  remember();
}

function valueOf(control) {
  const { setting } = control.dataset;
  if (setting === "losses") {
    const on = new Set([...root.querySelectorAll("[data-setting=losses]:checked")].map((box) => box.value));
    return [...settings.losses, ...on].filter((key, index, all) => on.has(key) && all.indexOf(key) === index);
  }
  if (control.type === "checkbox") return Number(control.checked);
  return nearestAllowed(setting, control.value, setup);
}

const sized = new ResizeObserver(resize);
new MutationObserver(resize).observe(document.body, { attributeFilter: ["class"] }); // the theme
new IntersectionObserver(([entry]) => {
  visible = entry.isIntersecting;
  wake();
}).observe(root);

root.addEventListener("input", ({ target }) => {
  if (target.dataset.setting) change({ [target.dataset.setting]: valueOf(target) });
});
find(".pg-play").addEventListener("click", () => {
  play(!playing);
  remember();
});
find(".pg-step").addEventListener("click", () => {
  if (!run) return;
  run.step(settings.rate);
  draw();
  play(false);
  remember();
});
find(".pg-reset").addEventListener("click", () => {
  goal = 0;
  restart();
});
find(".pg-seed").addEventListener("click", () => change({ seed: (settings.seed % setup.ranges.seed[1]) + 1 }));
find(".pg-copy").addEventListener("click", async ({ target }) => {
  remember();
  await navigator.clipboard?.writeText(losslensLink.address()).catch(() => {});
  target.textContent = words.copied;
  setTimeout(() => { target.textContent = words.copy; }, 1500);
});
for (const button of root.querySelectorAll("[data-preset]")) {
  button.addEventListener("click", () => {
    edited = null;
    settings = { ...setup.first, seed: settings.seed, ...setup.presets[button.dataset.preset] };
    goal = 0;
    showSettings();
    restart();
    play(true);
    remember();
  });
}
for (const canvas of root.querySelectorAll(".pg-shape")) {
  canvas.width = canvas.height = 96;
  const { data } = canvas.dataset;
  markPoints(canvas, drawPoints({ data, noise: 5, imbalance: 1 }, 54, randomFrom(1)), null);
}
// Back came here.
losslensLink.onreturn(() => {
  if (!losslensLink.inView(PART)) return;
  ({ settings, edited, step: goal } = readLink(losslensLink.read(PART), setup));
  showSettings();
  restart();
  play(true);
});
showSettings();
play(playing);
restart();
