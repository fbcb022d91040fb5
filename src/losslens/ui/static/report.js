// On a report card: the contents, which open a part; printing, which opens all; and a disputed picture, which opens on the tab of
// its task, with its answer in view.
element.addEventListener("click", (event) => {
  if (event.target.closest(".print")) window.print();
  const link = event.target.closest(".contents a");
  if (link) openPart(event, link.getAttribute("href").slice(1));
  const button = event.target.closest(".disputed button");
  if (button) openPicture(button);
});

function openPart(event, id) {
  event.preventDefault(); // the page's address stays as it is
  const part = document.getElementById(id), summary = part.querySelector("summary");
  part.open = true;
  summary.focus({ preventScroll: true });
  summary.scrollIntoView({ block: "start" });
}

function openPicture(button) {
  const task = CSS.escape(button.closest(".report").dataset.task);
  const picture = button.querySelector("img");
  // Called once its answers are there; a task that is not drawn has no pad.
  window.showDisputedPicture = () => {
    document.querySelector(`.predict.${task} .pad canvas`)?.dispatchEvent(new CustomEvent("picture", { detail: picture }));
    // Two frames later: what stands above the answer has then its height.
    const land = () => document.querySelector(`.predict.${task} .answer`)?.scrollIntoView({ block: "start" });
    requestAnimationFrame(() => requestAnimationFrame(land));
  };
  trigger("click", { index: Number(button.dataset.index) });
}

// Paper folds nothing: all parts are open while it is printed. The data behind the charts stay folded.
const folded = () => [...element.querySelectorAll(".part:not([open])")];
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = folded();
  for (const part of opened) part.open = true;
});
window.addEventListener("afterprint", () => {
  for (const part of opened) part.open = false;
});
