import pytest
pytest_plugins = ["tests.committed"]
from tests.browser.test_absence import desk, full_day, clock, pages_around
@pytest.mark.parametrize("scheme,width", [("light",1280),("dark",1920),("light",768)])
def test_shots(desk, cast, full_day, scheme, width):
    desk.emulate_media(color_scheme=scheme)
    desk.set_viewport_size({"width": width, "height": 900})
    for n, path in enumerate(["/admin/booking/closure/absence/", *pages_around(cast, full_day), "/admin/diary/"]):
        desk.goto(path)
        desk.screenshot(path=f"/tmp/i5shots/{n}-{width}.png", full_page=True)
