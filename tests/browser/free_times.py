"""The buttons of the free times on a page."""

from playwright.sync_api import Locator, Page


def a_free_time(page: Page) -> Locator:
    """The second one, if there is: the first can slip out of reach before it is pressed, as the
    clock passes its notice."""
    times = page.locator("button[name=time]")
    return times.nth(min(1, times.count() - 1))
