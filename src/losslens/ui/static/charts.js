// Line charts answer: the pointer or the arrow keys read the curves off, an entry of the legend shows its curve alone,
// and a table has their values. What is chosen outlives a chart that is drawn anew while a run goes on.
(() => {
  const ROWS = 12; // of a table, at most
  const alone = new Map(); // a chart's title -> the label that is shown alone
  const tabled = new Set(); // titles of charts whose table is open
  let read = null; // {title, at, focused}: which chart is read, and where, as a share of its width
  const titleOf = (figure) => figure.querySelector("figcaption").textContent;
  const numbers = (text) => text.split(" ").map(Number);
  const short = (value) => String(Number(value.toPrecision(3)));

  // The points of each curve, in the chart's own values.
  function curves(figure, reader) {
    const [left, top, width, height] = numbers(reader.dataset.frame);
    const [xs, ys] = [numbers(reader.dataset.x), numbers(reader.dataset.y)];
    const only = alone.get(titleOf(figure));
    return [...figure.querySelectorAll("svg svg path[fill=none]")]
      .filter((path) => !only || path.dataset.label === only)
      .map((path) => ({
        label: path.dataset.label,
        colour: path.getAttribute("stroke"),
        points: [...path.getAttribute("d").matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(([, x, y]) => ({
          share: (x - left) / width,
          x: xs[0] + ((x - left) / width) * (xs[1] - xs[0]),
          y: ys[1] - ((y - top) / height) * (ys[1] - ys[0]),
          beyond: y < top - 0.5 || y > top + height + 0.5,
        })),
      }))
      .filter((curve) => curve.points.length);
  }

  const nearest = (points, share) =>
    points.reduce((best, each) => (Math.abs(each.share - share) < Math.abs(best.share - share) ? each : best));
  const stops = (found) => [...new Set(found.flatMap((curve) => curve.points.map((point) => point.share)))].sort((a, b) => a - b);

  function show(figure) {
    const reader = figure.querySelector(".reader");
    figure.querySelector(".readout")?.remove();
    if (!reader || !read || read.title !== titleOf(figure)) return;
    const found = curves(figure, reader);
    if (!found.length) return;
    const shares = stops(found);
    const share = nearest(shares.map((each) => ({ share: each })), read.at).share;
    const values = found.map((curve) => ({ ...curve, point: nearest(curve.points, share) }));
    const said = values.map(({ label, point }) => [label, point.beyond ? "–" : short(point.y)]);
    const at = `${reader.dataset.xTitle} ${short(values[0].point.x)}`;
    reader.setAttribute("aria-valuemax", shares.length - 1);
    reader.setAttribute("aria-valuenow", shares.indexOf(share));
    reader.setAttribute("aria-valuetext", [at, ...said.map((pair) => pair.join(" "))].join("; "));
    const box = document.createElement("div");
    box.className = "readout" + (share > 0.5 ? " left" : "");
    box.style.setProperty("--at", share);
    box.setAttribute("aria-hidden", "true");
    const list = box.appendChild(document.createElement("div"));
    list.append(at);
    values.forEach(({ colour }, index) => {
      const line = list.appendChild(document.createElement("p"));
      line.append(Object.assign(document.createElement("i"), { style: `background:${colour}` }), said[index].join(" "));
    });
    reader.append(box);
  }

  function isolate(figure) {
    const only = alone.get(titleOf(figure));
    for (const each of figure.querySelectorAll("svg [data-label]")) each.classList.toggle("dim", !!only && each.dataset.label !== only);
    for (const entry of figure.querySelectorAll(".legend button")) entry.setAttribute("aria-pressed", entry.dataset.label === only);
  }

  // The values of all curves as a table, to as many decimals as the drawing tells apart.
  function table(figure) {
    const reader = figure.querySelector(".reader"), details = figure.querySelector("details.data");
    if (!reader || !details?.open) return;
    const found = curves(figure, reader), shares = stops(found);
    const chosen = shares.filter((_, i) => i === 0 || i === shares.length - 1 || i % Math.ceil(shares.length / ROWS) === 0);
    const [low, high] = numbers(reader.dataset.y), height = numbers(reader.dataset.frame)[3];
    const decimals = Math.max(0, Math.floor(-Math.log10((high - low) / (10 * height))));
    const rows = chosen.map((share) => {
      const points = found.map((curve) => nearest(curve.points, share));
      return [short(points[0].x), ...points.map((point) => (point.beyond ? "–" : point.y.toFixed(decimals)))];
    });
    const made = document.createElement("table");
    const line = (kind, names, into) => {
      const row = into.insertRow();
      names.forEach((text, i) => {
        const cell = row.appendChild(document.createElement(kind === "head" || i === 0 ? "th" : "td"));
        if (cell.tagName === "TH") cell.scope = kind === "head" ? "col" : "row";
        cell.textContent = text;
      });
    };
    line("head", [reader.dataset.xTitle, ...found.map((curve) => curve.label)], made.createTHead());
    rows.forEach((row) => line("body", row, made.tBodies[0] ?? made.createTBody()));
    const wide = Object.assign(document.createElement("div"), { className: "wide", tabIndex: 0 });
    wide.setAttribute("role", "group");
    wide.setAttribute("aria-label", titleOf(figure));
    wide.append(made);
    details.querySelector(".wide")?.remove();
    details.append(wide);
  }

  const figureOf = (event, selector) => event.target.closest?.(selector)?.closest(".chart");
  function readAt(event, at, focused) {
    const figure = figureOf(event, ".reader"), before = read?.title;
    read = figure ? { title: titleOf(figure), at, focused } : null;
    if (before && before !== read?.title) document.querySelectorAll(".chart:has(.readout)").forEach(show);
    if (figure) show(figure);
  }

  document.addEventListener("click", (event) => {
    const entry = event.target.closest?.(".legend button");
    if (!entry) return;
    const figure = entry.closest(".chart"), title = titleOf(figure);
    if (alone.get(title) === entry.dataset.label) alone.delete(title);
    else alone.set(title, entry.dataset.label);
    isolate(figure);
    show(figure);
    table(figure);
  });
  // ``toggle`` does not rise to the document, and is caught on its way down.
  document.addEventListener("toggle", (event) => {
    const figure = event.target.matches?.(".chart details.data") && event.target.closest(".chart");
    if (!figure) return;
    if (event.target.open) tabled.add(titleOf(figure));
    else if (event.target.isConnected) tabled.delete(titleOf(figure));
    table(figure);
  }, { capture: true });
  for (const kind of ["pointermove", "pointerdown"])
    document.addEventListener(kind, (event) => {
      const reader = event.target.closest?.(".reader");
      if (!reader) return read && !read.focused && readAt(event);
      const box = reader.getBoundingClientRect();
      readAt(event, (event.clientX - box.left) / box.width, document.activeElement === reader);
    });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".reader:not(:active)") && !(read?.focused && figureOf(event, ".reader") && read.title === titleOf(figureOf(event, ".reader")))) readAt(event, 1, true);
  });
  document.addEventListener("focusout", (event) => event.target.isConnected && event.target.matches(".reader") && readAt({ target: document }));
  document.addEventListener("keydown", (event) => {
    const figure = figureOf(event, ".reader"), step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -1e9, End: 1e9 }[event.key];
    if (!figure || !step) return;
    event.preventDefault();
    const shares = stops(curves(figure, event.target));
    const here = shares.indexOf(nearest(shares.map((share) => ({ share })), read?.at ?? 1).share);
    readAt(event, shares[Math.min(Math.max(here + step, 0), shares.length - 1)], true);
  });

  // A chart that is drawn anew is as it was before.
  new MutationObserver((records) => {
    if (!alone.size && !read && !tabled.size) return;
    if (!records.some((record) => [...record.addedNodes].some((node) => node.querySelector?.(".chart")))) return;
    for (const figure of document.querySelectorAll(".chart:has(.legend)")) {
      isolate(figure);
      show(figure);
      const details = figure.querySelector("details.data");
      if (details) details.open = tabled.has(titleOf(figure));
      if (read?.focused && read.title === titleOf(figure) && document.activeElement === document.body)
        figure.querySelector(".reader")?.focus({ preventScroll: true });
    }
  }).observe(document, { childList: true, subtree: true });
})();
