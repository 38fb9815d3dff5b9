"""Where the regions lie on the body map: one figure seen from the front and from the back.

Points are pixels of a screen 360 wide, x to both sides of the figure's middle. The figure itself
is drawn in templates/content/_body_map.html, which cuts each area to its outline; what can be
tapped is the whole area, at least 24 pixels wide and high.
"""

from __future__ import annotations

from dataclasses import dataclass

from content.models import Region

Points = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Area:
    """What one link of the map covers: one shape, or one on each side of the body."""

    region: Region
    shapes: tuple[Points, ...]

    @property
    def outlines(self) -> list[str]:
        return [" ".join(f"{x},{y}" for x, y in shape) for shape in self.shapes]


@dataclass(frozen=True)
class Figure:
    name: str
    middle: int
    areas: tuple[Area, ...]


def _one(region: Region, *points: tuple[int, int]) -> Area:
    return Area(region, (points,))


def _pair(region: Region, *points: tuple[int, int]) -> Area:
    """The shape on the right of the picture and its mirror image."""
    return Area(region, (tuple((-x, y) for x, y in points), points))


_NECK = _one(Region.NECK, (-20, 70), (20, 70), (20, 92), (27, 104), (-27, 104), (-20, 92))
_SHOULDER = _pair(
    Region.SHOULDER,
    *((20, 92), (32, 84), (60, 90), (74, 164), (45, 164), (43, 146), (34, 128), (27, 104)),
)
_ELBOW = _pair(Region.ELBOW, (45, 164), (74, 164), (82, 230), (52, 230))
_WRIST_HAND = _pair(Region.WRIST_HAND, (52, 230), (82, 230), (85, 308), (54, 308))
_HIP_BUTTOCK = _one(
    Region.HIP_BUTTOCK, (-47, 234), (47, 234), (52, 258), (52, 278), (-52, 278), (-52, 258)
)
_LEGS = (
    _pair(Region.THIGH, (0, 278), (52, 278), (46, 346), (0, 346)),
    _pair(Region.KNEE, (6, 346), (46, 346), (42, 384), (6, 384)),
    _pair(Region.LOWER_LEG, (4, 384), (42, 384), (40, 444), (6, 444)),
    _pair(Region.ANKLE, (6, 444), (40, 444), (40, 473), (6, 473)),
    _pair(Region.FOOT_HEEL, (6, 473), (42, 473), (42, 504), (6, 504)),
)

FRONT = Figure(
    "Front",
    86,
    (
        _one(Region.HEAD, (-28, 4), (28, 4), (28, 40), (-28, 40)),
        _one(Region.JAW_FACE, (-28, 40), (28, 40), (20, 70), (-20, 70)),
        _NECK,
        _SHOULDER,
        _ELBOW,
        _WRIST_HAND,
        _HIP_BUTTOCK,
        *_LEGS,
    ),
)
BACK = Figure(
    "Back",
    258,
    (
        _one(Region.HEAD, (-28, 4), (28, 4), (28, 40), (20, 70), (-20, 70), (-28, 40)),
        _NECK,
        _SHOULDER,
        _one(
            Region.UPPER_BACK,
            *((-27, 104), (27, 104), (34, 128), (43, 146), (45, 164), (42, 188)),
            *((-42, 188), (-45, 164), (-43, 146), (-34, 128)),
        ),
        _ELBOW,
        _one(Region.LOW_BACK, (-42, 188), (42, 188), (47, 234), (-47, 234)),
        _WRIST_HAND,
        _HIP_BUTTOCK,
        *_LEGS,
    ),
)
