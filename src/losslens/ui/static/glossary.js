// A marked term explains itself under the mouse, with the keyboard on it, and at a tap. What is shown is its entry in the
// glossary at the end of the page; Escape, or going elsewhere, closes it.
(() => {
  const LINGERS = 200; // ms that the mouse may take from the term to its explanation
  const GAP = 6, EDGE = 8; // pixels to the term, and to the window's edge
  let shown = null; // the term whose explanation is open
  let leaving = null;
  const popup = () => document.querySelector(".gloss-popup");

  function show(mark) {
    clearTimeout(leaving);
    const entry = document.getElementById("gloss-" + mark.dataset.term), box = popup();
    if (!entry || !box || shown === mark) return;
    const name = Object.assign(document.createElement("b"), { textContent: entry.previousElementSibling.textContent });
    box.replaceChildren(name, Object.assign(document.createElement("p"), { textContent: entry.textContent }));
    box.showPopover();
    place(box, mark.getBoundingClientRect());
    shown = mark;
  }

  // Below the term where there is room, else above it, and within the window.
  function place(box, term) {
    const { width, height } = box.getBoundingClientRect();
    const below = term.bottom + GAP + height <= innerHeight - EDGE;
    box.style.top = `${below ? term.bottom + GAP : Math.max(EDGE, term.top - GAP - height)}px`;
    box.style.left = `${Math.max(EDGE, Math.min(term.left, document.documentElement.clientWidth - width - EDGE))}px`;
  }

  function inSight(mark) {
    const { top, bottom } = mark.getBoundingClientRect();
    return mark.isConnected && (mark === document.activeElement || (bottom > 0 && top < innerHeight));
  }

  function hide() {
    clearTimeout(leaving);
    if (shown) popup()?.hidePopover();
    shown = null;
  }

  const markOf = (event) => event.target.closest?.(".gloss");
  for (const kind of ["pointerover", "focusin", "click"])
    document.addEventListener(kind, (event) => {
      const mark = markOf(event);
      if (mark) show(mark);
      else if (event.target.closest?.(".gloss-popup")) clearTimeout(leaving);
      else if (kind !== "pointerover") hide();
    });
  document.addEventListener("pointerout", (event) => {
    if (!shown || shown === document.activeElement || !event.target.closest(".gloss, .gloss-popup")) return;
    clearTimeout(leaving);
    leaving = setTimeout(hide, LINGERS);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  // What scrolls may be the browser that brings a term into sight which the keyboard came to.
  document.addEventListener("scroll", () => shown && (inSight(shown) ? place(popup(), shown.getBoundingClientRect()) : hide()),
    { capture: true, passive: true });
})();
