// The buttons on a report card: print, and a disputed picture, which opens on the tab of its task.
element.addEventListener("click", (event) => {
  if (event.target.closest(".print")) window.print();
  const button = event.target.closest(".disputed button");
  if (!button) return;
  const task = CSS.escape(button.closest(".report").dataset.task);
  const picture = button.querySelector("img");
  // Called once its answers are there; a task that is not drawn has no pad.
  window.showDisputedPicture = () => document.querySelector(`.predict.${task} .pad canvas`)
    ?.dispatchEvent(new CustomEvent("picture", { detail: picture }));
  trigger("click", { index: Number(button.dataset.index) });
});
