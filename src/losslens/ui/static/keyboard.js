// What gradio leaves undone for the keyboard and for screen readers: tabs by arrow keys, Home and End, with a name for
// each row of them, that of the page or of the tab that it is on, and the chosen one in sight; and radio buttons that
// are a group.
(() => {
  const WAYS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
  let groups = 0;

  function nameRows() {
    for (const row of document.querySelectorAll(".tab-container[role=tablist]:not([aria-label])")) {
      const above = row.closest("[role=tabpanel]");
      const tab = above && document.querySelector(`.tab-container [aria-controls="${CSS.escape(above.id)}"]`);
      row.setAttribute("aria-label", tab?.textContent.trim() || document.title);
    }
  }

  // Gradio 6.31 gives every radio button a name of its own: to a browser none has others beside it.
  function groupRadios() {
    for (const radio of document.querySelectorAll("fieldset input[type=radio][name^='radio-']"))
      radio.name = radio.closest("fieldset").dataset.group ??= `group-${++groups}`;
  }

  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("[role=tab]"), way = WAYS[event.key];
    if (!tab || !way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const all = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]:not([disabled])")];
    const next = all.indexOf(tab) + way;
    const chosen = all[Number.isFinite(way) ? (next + all.length) % all.length : way < 0 ? 0 : all.length - 1];
    chosen.focus();
    chosen.click();
  });
  // On a phone the row of tabs scrolls; a link or a button may choose one that is beyond its end.
  function bringIntoRow(tab) {
    const row = tab.closest("[role=tablist]");
    if (row) row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  new MutationObserver((changes) => {
    nameRows();
    groupRadios();
    for (const { target } of changes.filter((each) => each.attributeName === "aria-selected"))
      if (target.getAttribute("aria-selected") === "true") bringIntoRow(target);
  }).observe(document, { childList: true, subtree: true, attributeFilter: ["name", "aria-selected"] });
})();
