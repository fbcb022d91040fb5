// Of what is shown anew here a screen reader hears the one sentence that is marked with data-say, and no more.
const said = Object.assign(document.createElement("p"), { className: "said" });
said.setAttribute("role", "status");
element.after(said);
new MutationObserver(() => {
  const text = element.querySelector("[data-say]")?.textContent ?? "";
  if (said.textContent !== text) said.textContent = text;
}).observe(element, { childList: true, subtree: true });
