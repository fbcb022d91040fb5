// The address of the page carries its state: the tab in view, what is set there, and behind the # what is drawn, which no
// server is sent. All tabs use this one piece: each `set`s what it holds, `read`s it, and is told by `onreturn` when the
// browser went back or forward. Settings replace the address; another tab is a step of Back.
// (Gradio itself reads `page`, `view` and `deep_link`, so no name here is one of these.)
const losslensLink = (() => {
  const OF_PAGE = ["embed", "hide", "present", "__theme"]; // how the page looks; kept in every link
  const MOST_DRAWN = 6000; // characters; what is longer would be cut by those who pass links on
  const held = new Map(); // part, such as "live" or "explorer/steps" -> Map(name -> text)
  const drawn = new Map(); // task -> text of its pad
  const listeners = [];
  const pages = {}; // of a tab that has some: the page within it that is in view
  let first = null, shown = null; // tabs
  let restoring = true; // from an address to the page: until that is done, nothing is written
  let ask = () => {}, nowReady = () => {};
  const ready = new Promise((done) => (nowReady = done));

  const partOf = (tab) => (pages[tab] ? `${tab}/${pages[tab]}` : tab);
  const heldOf = (part) => held.get(part) ?? held.set(part, new Map()).get(part);

  // What the address says becomes what is held.
  function adopt() {
    const query = new URLSearchParams(location.search);
    shown = query.get("tab") ?? first;
    if (query.has("part")) pages[shown] = query.get("part");
    const said = [...query].filter(([name]) => !["tab", "part", ...OF_PAGE].includes(name));
    held.set(partOf(shown), new Map(query.has("tab") ? said : []));
    drawn.clear();
    for (const [task, text] of new URLSearchParams(location.hash.slice(1))) drawn.set(task, text);
  }

  function address(part = partOf(shown)) {
    const before = new URLSearchParams(location.search), query = new URLSearchParams();
    const said = heldOf(part), [tab, page] = part.split("/");
    if (tab !== first || said.size) query.set("tab", tab);
    if (page) query.set("part", page);
    for (const [name, text] of [...said].sort()) query.set(name, text); // one state, one address
    for (const name of OF_PAGE) if (before.has(name)) query.set(name, before.get(name));
    const text = query.size ? `?${query}` : "", pads = new URLSearchParams([...drawn]);
    return location.origin + location.pathname + text + (pads.size ? `#${pads}` : "");
  }

  function write(how = "replaceState") {
    if (!restoring && address() !== location.href) history[how](history.state, "", address());
  }

  // `values` by their names in the address; null: as it is at first, which no link says.
  function set(part, values) {
    for (const [name, value] of Object.entries(values)) {
      if (value === null) heldOf(part).delete(name);
      else heldOf(part).set(name, value);
    }
    if (part === partOf(shown)) write();
    return address(part);
  }

  // The values of components, in the order of `names`. `needs` says of which names another must have a value in it.
  function setAll(part, { names, usual, needs }, values) {
    const texts = values.map((value) => (typeof value === "boolean" ? String(Number(value)) : String(value ?? "")));
    const has = ([name, value]) => values[names.indexOf(name)].includes(value);
    const said = names.map((name, index) => {
      const left = texts[index] === usual[name] || (needs[name] && !has(needs[name]));
      return [name, left ? null : texts[index]];
    });
    return set(part, Object.fromEntries(said));
  }

  function turn(tab) {
    if (tab === shown) return;
    shown = tab;
    write("pushState");
  }

  function turnPage(page) {
    if (pages[shown] === page) return;
    pages[shown] = page;
    write("pushState");
  }

  // The tabs themselves are looked at: gradio's own event of a tab waits for all that it leads to, and comes out of order.
  function followTabs(pagesOf) {
    const chosen = new MutationObserver((changes) => {
      for (const { target } of changes) {
        const key = target.dataset?.tabId;
        if (!key || target.getAttribute("aria-selected") !== "true" || target.closest(".visually-hidden")) continue;
        if (!target.closest("[role=tabpanel]")) turn(key);
        else if (pagesOf[shown]?.includes(key)) turnPage(key);
      }
    });
    chosen.observe(document.body, { subtree: true, attributeFilter: ["aria-selected"] });
  }

  addEventListener("popstate", () => {
    restoring = true;
    adopt();
    for (const each of listeners) each();
    const page = pages[shown] ? { part: pages[shown] } : {};
    ask("?" + new URLSearchParams({ tab: shown, ...page, ...Object.fromEntries(heldOf(partOf(shown))) }));
  });

  function done() {
    restoring = false;
    write();
    nowReady();
  }

  adopt();
  return {
    set, setAll, ready, address,
    inView: (part) => part === partOf(shown),
    read: (part) => Object.fromEntries(heldOf(part)),
    drawing: (task) => drawn.get(task) ?? null,
    draw(task, text) {
      if (text && text.length <= MOST_DRAWN) drawn.set(task, text);
      else drawn.delete(task);
      write();
    },
    onreturn: (listener) => listeners.push(listener),
    // Once gradio lays out the page: its tabs with the pages within each, and how it is asked to restore.
    begin(pagesOf, restore) {
      [first, ask] = [Object.keys(pagesOf)[0], restore];
      for (const [tab, [page]] of Object.entries(pagesOf)) if (page) pages[tab] = page;
      adopt();
      followTabs(pagesOf);
    },
    // Once all of the page is there: what an address asks for is restored.
    opened: () => (location.search ? ask(location.search) : done()),
    done,
  };
})();
