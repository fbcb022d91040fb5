// A cell of the matrix, clicked or pressed, shows the runs behind it.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-cell]");
  if (!button) return;
  for (const other of element.querySelectorAll("[aria-pressed]")) other.removeAttribute("aria-pressed");
  button.setAttribute("aria-pressed", "true");
  trigger("click", { index: button.dataset.cell });
});
