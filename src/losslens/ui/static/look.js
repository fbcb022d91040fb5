// How the page looks, as its address says: ?embed=1 shows one tab alone, ?present=1 large type for a projector, and hide=
// leaves parts out, such as hide=settings,said. Both leave out most of what surrounds a tab, unless hide says otherwise.
const losslensLook = (() => {
  const SPARE = "intro,notes,settings,tools,upload,seen,choices,values,gradients,facts,picture"; // what a tab can do without in 900 x 500
  const WIDE = 948, LEAST = 1; // CSS pixels for which a tab alone is laid out; the least enlargement
  const root = document.documentElement;

  function show() {
    const query = new URLSearchParams(location.search), is = (name) => ["1", "true"].includes(query.get(name));
    for (const name of ["embed", "present"]) root.toggleAttribute(`data-${name}`, is(name));
    const hidden = query.get("hide") ?? (is("embed") || is("present") ? SPARE : "");
    root.dataset.hide = hidden.split(",").join(" ");
    enlarge();
  }

  function enlarge() {
    root.style.setProperty("--large", Math.max(LEAST, innerWidth / WIDE));
  }

  function present(on) {
    const query = new URLSearchParams(location.search);
    if (on) query.set("present", "1");
    else query.delete("present");
    const text = query.size ? `?${query}` : "";
    history.replaceState(history.state, "", location.pathname + text + location.hash);
    show();
    dispatchEvent(new Event("resize"));
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-look]");
    if (!button) return;
    if (button.dataset.look !== "link") return present(button.dataset.look === "present");
    await navigator.clipboard?.writeText(losslensLink.address()).catch(() => {});
    button.dataset.done = "yes";
    setTimeout(() => delete button.dataset.done, 1500);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && root.hasAttribute("data-present") && present(false));
  addEventListener("resize", enlarge);
  addEventListener("popstate", show);
  show();
})();
