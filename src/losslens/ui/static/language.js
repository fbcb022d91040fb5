// Runs before gradio starts. The browser's language chooses on the first visit; a click on a
// language is remembered from then on. LANGUAGES lists all, the one at the root of the site first.
(() => {
  const last = location.pathname.split("/").filter(Boolean).at(-1);
  const shown = LANGUAGES.slice(1).includes(last) ? last : LANGUAGES[0];
  // An embedded page may have no storage.
  const stored = (job) => { try { return job(localStorage); } catch { return null; } };
  const chosen = stored((store) => store.getItem("losslens-language"));
  const spoken = LANGUAGES.find((language) => navigator.language.startsWith(language));
  const wanted = LANGUAGES.includes(chosen) ? chosen : (spoken ?? LANGUAGES[0]);
  if (shown === LANGUAGES[0] && wanted !== shown) location.replace("./" + wanted + location.search + location.hash);
  document.documentElement.lang = shown;
  Object.defineProperty(navigator, "language", { get: () => shown });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-language]");
    if (!link) return;
    stored((store) => store.setItem("losslens-language", link.dataset.language));
    [link.search, link.hash] = [location.search, location.hash]; // what is shown goes along
  });
})();
