// Pages of which one is shown, by dots, next and back; its number is in the address, as pager.dataset.param of the part.
const pager = element.querySelector(".pager");
const pages = [...pager.querySelectorAll(".pager-page")], dots = [...pager.querySelectorAll(".pager-dots button")];
let at = 0;

function turn(to) {
  at = Math.min(Math.max(to, 0), pages.length - 1);
  pages.forEach((page, index) => (page.hidden = index !== at));
  dots.forEach((dot, index) => {
    dot.tabIndex = index === at ? 0 : -1;
    if (index === at) dot.setAttribute("aria-current", "step");
    else dot.removeAttribute("aria-current");
  });
  // Not disabled: the keyboard's place would be lost at the last page.
  pager.querySelector(".pager-back").setAttribute("aria-disabled", at === 0);
  pager.querySelector(".pager-next").setAttribute("aria-disabled", at === pages.length - 1);
}

function turnByHand(to) {
  turn(to);
  losslensLink.set(pager.dataset.part, { [pager.dataset.param]: at ? String(at + 1) : null });
  const said = pager.querySelector(".said[data-place]");
  said.textContent = said.dataset.place.replace("{page}", at + 1).replace("{total}", pages.length);
  const top = pager.getBoundingClientRect().top;
  if (top < 0) pager.scrollIntoView({ block: "start" });
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".pager-back")) turnByHand(at - 1);
  if (button.matches(".pager-next")) turnByHand(at + 1);
  if (dots.includes(button)) turnByHand(dots.indexOf(button));
  if (button.matches(".to-tab")) goTo(button.textContent);
});

element.addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by || !event.target.closest(".pager-nav")) return;
  event.preventDefault();
  turnByHand(at + by);
  dots[at].focus();
});

// To another tab of the page, by its name.
function goTo(name) {
  const tabs = [...document.querySelectorAll('[role="tab"]')].filter((tab) => !tab.closest(".visually-hidden"));
  tabs.find((tab) => tab.textContent.trim() === name.trim())?.click();
  scrollTo({ top: 0 });
}

function follow() {
  turn(Number(losslensLink.read(pager.dataset.part)[pager.dataset.param] ?? 1) - 1 || 0);
}

losslensLink.onreturn(follow);
losslensLink.ready.then(follow);
follow();
