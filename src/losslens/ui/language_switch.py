"""Which language a page speaks: there is one page a language, / and /ja, each built from one catalogue of ``words``.

Gradio's own ``gr.I18n`` is not enough here: it translates the fixed texts of components alone, not what Python computes
(cards, findings, curves) nor messages, and follows the browser without a switch on the page. Gradio's few own texts (the
upload box, the names of its buttons) follow ``navigator.language``, which its frontend reads once, as it starts. So a script
that runs before it tells it the page's language, and sends a visitor whose language is another to the other page.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from losslens.ui.i18n import LANGUAGES

_PATHS = {"en": "./", "ja": "./ja"}
# The browser's language chooses on the first visit; a click on a language is remembered from then
# on.
_SCRIPT = b"""<script>(() => {
  const shown = /\\/ja\\/?$/.test(location.pathname) ? "ja" : "en";
  const stored = (job) => { try { return job(localStorage); } catch { return null; } };  // an embedded page may have none
  const chosen = stored((store) => store.getItem("losslens-language"));
  const wanted = chosen ?? (navigator.language.startsWith("ja") ? "ja" : "en");
  if (wanted === "ja" && shown === "en") location.replace("./ja" + location.search);
  document.documentElement.lang = shown;
  Object.defineProperty(navigator, "language", { get: () => shown });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-language]");
    if (!link) return;
    stored((store) => store.setItem("losslens-language", link.dataset.language));
    link.search = location.search; // the settings of live training go along
  });
})();</script>"""


def switch(language: str) -> str:
    """Links to the page in each language, as HTML; the one that is shown is no link."""
    links = " · ".join(
        f"<b>{name}</b>"
        if key == language
        else f'<a href="{_PATHS[key]}" data-language="{key}" lang="{key}">{name}</a>'
        for key, name in LANGUAGES.items()
    )
    return f'<nav class="languages">{links}</nav>'


class PageLanguage:
    """ASGI middleware that puts the script at the top of every page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; of an HTML answer, the head with the script in it."""
        page: Message | None = (
            None  # the start of an HTML answer, held back until its length is known
        )

        async def put(message: Message) -> None:
            nonlocal page
            if message["type"] == "http.response.start" and b"text/html" in dict(
                message["headers"]
            ).get(b"content-type", b""):
                page = message
                return
            if page is not None:
                message["body"] = message["body"].replace(b"<head>", b"<head>" + _SCRIPT, 1)
                kept = [pair for pair in page["headers"] if pair[0] != b"content-length"]
                length = (
                    []
                    if message.get("more_body")
                    else [(b"content-length", str(len(message["body"])).encode())]
                )
                await send({**page, "headers": kept + length})
                page = None
            await send(message)

        await self.app(scope, receive, put)
