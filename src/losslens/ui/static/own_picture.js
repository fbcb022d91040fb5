// What the visitor did last on a tab wins: once a picture of the visitor's own is on its way, a sample that was asked for
// before is left out when it comes. ``data-own`` on the tab says so; a click on a sample, or on the pad, takes it back.
for (const kind of ["click", "change", "drop"])
  document.addEventListener(kind, ({ target }) => {
    const tab = target.closest?.(".predict");
    if (tab && target.closest(".upload")) tab.dataset.own = "";
    else if (tab && target.closest(".samples, .pad")) delete tab.dataset.own;
  }, { capture: true });
