// Step by step: a number and its terms light up together, by mouse, finger and keyboard; below a number's step stands
// how it came, with numbers in the place of names.
let kept = null; // what was clicked or focused last: lit while nothing is pointed at

const all = (selector) => element.querySelectorAll(selector);
const quoted = (name) => `[data-name="${CSS.escape(name)}"]`;
const numbers = (name, k) => all(`.number${quoted(name)}${k === undefined ? "" : `[data-k="${k}"]`}`);
const target = () => element.querySelector(".steps").dataset.target;

// The numbers that a term means, in the step of a number of class k.
function meant(term, k) {
  const { name, at } = term.dataset;
  if (at === "y") return numbers(name, target());
  return at === "k" && k !== undefined ? numbers(name, k) : numbers(name);
}

// How a number came: its formula, each name replaced by its number where it means one.
function worked(number) {
  const step = number.closest(".step"), formula = step.querySelector(".formula");
  if (!formula) return null;
  const line = document.createElement("span"), shown = formula.cloneNode(true);
  for (const term of shown.querySelectorAll(".term")) {
    const found = meant(term, number.dataset.k), text = document.createElement("span");
    const value = found.length === 1 ? found[0].querySelector("b").textContent : null;
    if (value === null) text.append(...term.childNodes);
    else text.textContent = /[−×]/.test(value) ? `(${value})` : value;
    term.replaceWith(text);
  }
  line.append(shown, " = ", number.querySelector("b").cloneNode(true));
  return line;
}

function clear() {
  for (const each of all(".lit, .from")) each.classList.remove("lit", "from");
  for (const each of all(".worked")) each.hidden = true;
}

function light(part) {
  clear();
  if (!part?.isConnected) return;
  const name = part.dataset.name;
  for (const term of all(`.term${quoted(name)}`)) term.classList.add("lit");
  if (part.classList.contains("term")) {
    for (const number of part.dataset.at === "y" ? numbers(name, target()) : numbers(name)) number.classList.add("lit");
    return;
  }
  part.classList.add("lit");
  for (const term of part.closest(".step").querySelectorAll(".formula .term")) {
    for (const number of meant(term, part.dataset.k)) number.classList.add("from");
  }
  const line = worked(part), place = part.closest(".step").querySelector(".worked");
  place.hidden = line === null;
  if (line) place.replaceChildren(line);
}

// Said once a number is chosen, not while the mouse passes over.
function keep(part) {
  kept = part;
  light(part);
  const line = part.classList.contains("number") && worked(part);
  element.querySelector(".said").textContent = line ? `${part.dataset.name}: ${line.textContent}` : "";
}

const partOf = (event) => event.target.closest?.(".term, .number");
element.addEventListener("pointerover", (event) => event.pointerType === "mouse" && light(partOf(event) ?? kept));
element.addEventListener("pointerleave", () => light(kept));
element.addEventListener("focusin", (event) => partOf(event) && keep(partOf(event)));
element.addEventListener("click", (event) => partOf(event) && keep(partOf(event)));

// One stop of Tab for the numbers of a step; arrows go along them.
element.addEventListener("keydown", (event) => {
  const number = event.target.closest?.(".number");
  if (event.key === "Escape") {
    kept = null;
    clear();
  }
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!number || !by) return;
  const row = [...number.parentElement.children], next = row[row.indexOf(number) + by];
  event.preventDefault();
  if (!next) return;
  number.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

// New numbers: the same one is lit as before, at first the loss.
function renew() {
  const steps = element.querySelector(".steps");
  if (!steps || steps.dataset.ready) return;
  steps.dataset.ready = "yes";
  const { name, k } = kept?.dataset ?? { name: "L" };
  const part = kept?.classList.contains("term") ? element.querySelector(`.term${quoted(name)}`) : numbers(name, k)[0];
  kept = part ?? numbers("L")[0];
  light(kept);
}
new MutationObserver(renew).observe(element, { childList: true, subtree: true, attributeFilter: ["data-ready"] });
renew();
