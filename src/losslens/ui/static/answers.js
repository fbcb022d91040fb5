// The cards are replaced with each answer. What is open or pinned stays so, and a screen reader hears the summary
// once a drawing rests.
const RESTS = 800; // ms
const MOST_PINNED = 2;
const open = new Set(), pinned = []; // losses
let spoken = null;

// The link names the cards that are open, and those that are pinned; here it is read, as the page opens and by Back.
function adopt() {
  const said = losslensLink.read(task), list = (name) => (said[name] ?? "").split(",").filter(Boolean);
  open.clear();
  for (const loss of list("open")) open.add(loss);
  pinned.splice(0, MOST_PINNED, ...list("pinned").slice(0, MOST_PINNED));
}

function remember() {
  losslensLink.set(task, { open: [...open].join(",") || null, pinned: pinned.join(",") || null });
}

function each(job) {
  for (const card of element.querySelectorAll("details.card")) job(card, card.dataset.loss);
}

// Puts back what the visitor opened and pinned.
function restore() {
  each((card, loss) => {
    const isPinned = pinned.includes(loss);
    card.open = isPinned || open.has(loss);
    card.toggleAttribute("data-pinned", isPinned);
    card.querySelector(".pin").setAttribute("aria-pressed", isPinned);
  });
  element.querySelector(".cards")?.setAttribute("data-pins", pinned.length);
}

function speak() {
  clearTimeout(spoken);
  spoken = setTimeout(() => {
    const tab = element.closest(".predict"), said = tab?.querySelector(".said");
    // Of a number first what all of it reads.
    const heard = [tab?.querySelector(".several-said"), element.querySelector(".summary")];
    const text = heard.map((each) => each?.innerText ?? "").join(" ").replace(/\s+/g, " ").trim();
    if (said && said.textContent !== text) said.textContent = text;
  }, RESTS);
}

element.addEventListener("click", (event) => {
  const card = event.target.closest("details.card");
  if (!card) return;
  const loss = card.dataset.loss, place = pinned.indexOf(loss);
  if (event.target.closest(".pin")) {
    if (place >= 0) pinned.splice(place, 1);
    else pinned.push(loss);
    if (pinned.length > MOST_PINNED) pinned.shift();
    open.add(loss);
    restore();
    card.querySelector(".pin").focus();
    remember();
  } else if (event.target.closest("summary")) {
    // The card opens or closes after this; a pinned one that closes is no longer pinned.
    if (card.open && place >= 0) pinned.splice(place, 1);
    if (card.open) open.delete(loss);
    else open.add(loss);
    if (card.open && place >= 0) setTimeout(restore);
    remember();
  }
});
// An answer that differs little changes attributes alone.
const MARKS = ["open", "data-pins", "data-pinned"];
const renewed = new MutationObserver(() => {
  restore();
  renewed.takeRecords(); // of what was just put back
  speak();
});
renewed.observe(element, { childList: true, subtree: true, attributeFilter: MARKS });
losslensLink.onreturn(() => {
  adopt();
  restore();
});
adopt();
restore();
speak();
