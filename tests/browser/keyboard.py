"""Walking a page as somebody without a mouse does."""

from playwright.sync_api import Page

# What a screen reader would say of the element that has the focus, roughly.
NAME_OF_FOCUS = """() => {
  const focused = document.activeElement;
  const label = focused.labels && focused.labels.length ? focused.labels[0].innerText : "";
  const pressed = focused.type === "submit" ? focused.value : "";
  const name = label || focused.getAttribute("aria-label") || focused.innerText || pressed;
  return name.replace(/\\s+/g, " ").trim();
}"""
RING_OF_FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


def tab_to(page: Page, name: str, *, at_most: int = 150) -> None:
    """Press Tab until the element called `name` (or beginning so) has the focus, visibly."""
    heard = []
    for _ in range(at_most):
        page.keyboard.press("Tab")
        heard.append(page.evaluate(NAME_OF_FOCUS))
        if heard[-1].startswith(name):
            assert page.evaluate(RING_OF_FOCUS), f"“{name}” shows no focus ring"
            return
    raise AssertionError(f"Tab never reached “{name}”, only {heard}")


def press(page: Page, name: str) -> None:
    """Go to a link or button by Tab and press Enter; the next page has loaded then."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Page, label: str, text: str) -> None:
    tab_to(page, label)
    page.keyboard.type(text)
