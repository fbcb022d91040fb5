"""What several browser tests do on a page."""

from typing import Any


def open_tab(page: Any, name: str) -> None:
    """Click a tab; on a phone the last ones stand behind a button with three dots."""
    tab = page.get_by_role("tab", name=name, exact=True)
    if not tab.is_visible():
        page.locator(".overflow-menu > button").first.click()
        tab = page.locator(".overflow-dropdown").get_by_text(name, exact=True)
    tab.first.click()
