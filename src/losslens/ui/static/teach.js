// The examples of a class: a click takes one away.
element.addEventListener("click", (event) => {
  const chosen = event.target.closest(".teach-shelf button");
  if (!chosen) return;
  const place = Number(chosen.closest(".teach-shelf").dataset.place);
  trigger("click", { place, index: Number(chosen.dataset.index) });
});
