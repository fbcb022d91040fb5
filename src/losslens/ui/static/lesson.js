// The lesson: a piece of code runs on the server, and its output comes to its place; mending shows the other piece beside it; all of it can be saved as a notebook.
const out = (of) => pager.querySelector(`.lesson-out[data-of="${CSS.escape(of)}"]`);
const codeOf = (place) => place.closest(".lesson-code");

function start(of) {
  const places = [...pager.querySelectorAll(".lesson-out")].filter((place) => of === "all" || of === place.dataset.of);
  for (const place of places) {
    codeOf(place).hidden = false;
    place.setAttribute("aria-busy", "true");
  }
  trigger("click", { index: of });
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-run]");
  if (button) start(button.dataset.run);
});

function put(output) {
  const place = out(output.dataset.of);
  place.replaceChildren(output);
  place.removeAttribute("aria-busy");
  for (const after of codeOf(place).querySelectorAll(".lesson-after")) after.hidden = false;
  dots[pages.indexOf(place.closest(".pager-page"))].classList.add("done");
}

function saveNotebook(text) {
  const href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  Object.assign(document.createElement("a"), { download: "losslens-lesson.ipynb", href }).click();
  URL.revokeObjectURL(href);
}

watch("value", () => {
  const came = document.createElement("template");
  came.innerHTML = props.value;
  const notebook = came.content.querySelector(".lesson-notebook");
  if (notebook) return saveNotebook(notebook.textContent);
  const outputs = [...came.content.querySelectorAll(".lesson-output")];
  outputs.forEach(put);
  // Why nothing was run, such as networks that are missing.
  if (outputs.length === 0) {
    for (const place of pager.querySelectorAll("[aria-busy]")) {
      place.replaceChildren(came.content.cloneNode(true));
      place.removeAttribute("aria-busy");
    }
  }
  if (outputs.length > 1) window.print();
});
