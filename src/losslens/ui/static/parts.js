// The parts of a picture: the one that is chosen shows its answers. The strip itself stays, and with it the focus.
element.addEventListener("click", (event) => {
  const chosen = event.target.closest(".several button");
  if (!chosen) return;
  for (const each of element.querySelectorAll(".several button")) each.setAttribute("aria-pressed", each === chosen);
  trigger("click", { index: Number(chosen.dataset.index) });
});
