// What the buttons of live training leave undone: the keyboard's place, when the button that has it
// goes, and on a phone the way to the curves.
const run = document.querySelector("#live-run");
let last = null; // the button of this run that had the focus
run.addEventListener("focusin", (event) => (last = event.target));
run.addEventListener("focusout", (event) => event.relatedTarget && (last = null));
new MutationObserver(() => {
  if (!last || last.checkVisibility()) return;
  const next = [...run.querySelectorAll("button")].find((each) => each.checkVisibility());
  if (document.activeElement === document.body || document.activeElement === last) next?.focus({ preventScroll: true });
}).observe(element, { childList: true, subtree: true });
run.addEventListener("click", (event) => {
  if (innerWidth > 640 || !event.target.closest("#live-start")) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  run.scrollIntoView({ behavior: calm ? "auto" : "smooth" });
});
