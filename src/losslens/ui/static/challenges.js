// The challenges: what is answered goes to the server, and the verdict comes to its place. The score stays in this browser.
const STORED = "losslens-challenges"; // {key: "right" or "wrong"}: the first verdict on each challenge
const page = (key) => pages.find((each) => each.dataset.key === key);
let score = {};
try {
  const kept = JSON.parse(localStorage.getItem(STORED) ?? "{}");
  for (const { dataset } of pages) if (["right", "wrong"].includes(kept?.[dataset.key])) score[dataset.key] = kept[dataset.key];
} catch { /* no storage, or not ours: the score lasts as long as the page */ }

function show() {
  dots.forEach((dot, index) => {
    const state = score[pages[index].dataset.key];
    dot.classList.toggle("done", state === "right");
    dot.classList.toggle("missed", state === "wrong");
  });
  const place = pager.querySelector("[data-score]"), right = Object.values(score).filter((each) => each === "right").length;
  place.textContent = place.dataset.score.replace("{right}", right).replace("{total}", pages.length);
  pager.querySelector(".challenge-forget").hidden = Object.keys(score).length === 0;
}

function keep() {
  try {
    localStorage.setItem(STORED, JSON.stringify(score));
  } catch { /* no storage here */ }
  show();
}

function reveal(challenge) {
  // A slider that was not moved is no answer.
  const chosen = challenge.querySelector("[type=range][data-moved], [type=radio]:checked");
  const missing = !chosen && challenge.querySelector("fieldset") !== null;
  challenge.querySelector(".challenge-missing").hidden = !missing;
  if (!missing) trigger("click", { index: `${challenge.dataset.key}:${chosen?.value ?? ""}` });
}

const shownAs = (number) => (number.dataset.percent ? `${Math.round(100 * number.value)}%` : Number(number.value).toFixed(2));
for (const number of pager.querySelectorAll("[type=range]")) {
  const follow = () => (number.parentElement.querySelector("output").textContent = shownAs(number));
  number.addEventListener("input", () => {
    number.dataset.moved = "yes";
    follow();
  });
  follow();
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches(".challenge-reveal")) reveal(button.closest(".challenge"));
  if (button?.matches(".challenge-forget")) {
    score = {};
    keep();
    dots[at].focus();
  }
});

watch("value", () => {
  const came = document.createElement("template");
  came.innerHTML = props.value;
  const verdict = came.content.querySelector(".judged");
  const key = verdict?.dataset.of, state = verdict?.dataset.state, challenge = key ? page(key) : pages[at];
  challenge.querySelector(".challenge-verdict").replaceChildren(came.content);
  if (state !== "right" && state !== "wrong") return;
  challenge.querySelector(".challenge-why").hidden = false;
  // A prediction counts once, before the figures are known; a drawing may be tried again.
  if (!score[key] || !challenge.querySelector("fieldset")) score[key] = state;
  keep();
});
show();
