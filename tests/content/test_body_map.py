"""Where the regions lie on the map, and that a finger can hit each of them."""

import pytest

from content.body_map import BACK, FRONT, Area, Figure, Points
from content.models import Region

# The map is 344 of its own units wide, and 328 pixels on a screen of 360.
SCALE = 328 / 344
LEAST = 24

AREAS = [(figure, area) for figure in (FRONT, BACK) for area in figure.areas]


def named(value: object) -> str | None:
    if isinstance(value, Figure):
        return value.name
    return value.region.value if isinstance(value, Area) else None


def size(shape: Points) -> tuple[int, int]:
    across, down = [x for x, _ in shape], [y for _, y in shape]
    return max(across) - min(across), max(down) - min(down)


def covers(shape: Points, x: float, y: float) -> bool:
    """Whether the point lies in the shape: a ray to the right crosses its edge an odd time."""
    inside = False
    for (x1, y1), (x2, y2) in zip(shape, (*shape[1:], shape[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@pytest.mark.parametrize(("figure", "area"), AREAS, ids=named)
def test_each_target_is_at_least_24_pixels_wide_and_high(figure: Figure, area: Area) -> None:
    for shape in area.shapes:
        width, height = size(shape)
        assert width * SCALE >= LEAST
        assert height * SCALE >= LEAST


@pytest.mark.parametrize("figure", [FRONT, BACK], ids=named)
def test_no_point_belongs_to_two_regions(figure: Figure) -> None:
    for x in range(-86, 86, 2):
        for y in range(0, 512, 2):
            hit = [
                area.region
                for area in figure.areas
                if any(covers(shape, x + 0.5, y + 0.5) for shape in area.shapes)
            ]
            assert len(hit) <= 1, (x, y, hit)


def test_a_point_in_the_middle_of_the_neck_is_the_neck() -> None:
    (neck,) = [area for area in FRONT.areas if area.region == Region.NECK]

    assert covers(neck.shapes[0], 0.5, 85.5)


def test_every_region_but_anywhere_is_on_the_map() -> None:
    shown = {area.region for _, area in AREAS}

    assert shown == set(Region) - {Region.WHOLE_BODY}


@pytest.mark.parametrize("figure", [FRONT, BACK], ids=named)
def test_the_keyboard_goes_from_head_to_foot(figure: Figure) -> None:
    tops = [min(y for _, y in area.shapes[0]) for area in figure.areas]

    assert tops == sorted(tops)
    assert (figure.areas[0].region, figure.areas[-1].region) == (Region.HEAD, Region.FOOT_HEEL)


def test_the_two_figures_do_not_touch() -> None:
    for figure, least, most in ((FRONT, 0, 172), (BACK, 172, 344)):
        across = [figure.middle + x for area in figure.areas for s in area.shapes for x, _ in s]
        assert least <= min(across)
        assert max(across) <= most
