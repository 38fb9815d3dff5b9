"""Where things stand on the board: plain arithmetic."""

from datetime import UTC, datetime, timedelta

from booking.board_layout import Scale, Span, lanes, pieces, whole_hours
from booking.intervals import Interval
from tests.factories import EDMONTON, local

TUESDAY = "2026-11-24"
CLOCKS_BACK = "2026-11-01"
CLOCKS_FORWARD = "2026-03-08"


def between(start: str, end: str, day: str = TUESDAY) -> Interval:
    return Interval(local(day, start).astimezone(UTC), local(day, end).astimezone(UTC))


def walls(moments: list[datetime]) -> list[str]:
    return [f"{moment.astimezone(EDMONTON):%H:%M}" for moment in moments]


def test_a_stretch_stands_as_many_minutes_below_the_top_as_have_passed():
    scale = Scale(between("8:00", "18:00"))

    assert scale.length == 600
    assert scale.span(between("9:05", "9:50")) == Span(65, 45)


def test_what_reaches_over_the_edge_is_cut_off_there():
    scale = Scale(between("9:00", "12:00"))

    assert scale.span(between("8:00", "9:30")) == Span(0, 30)
    assert scale.span(between("11:30", "13:00")) == Span(150, 30)
    assert scale.span(between("7:00", "20:00")) == Span(0, 180)


def test_what_lies_outside_is_not_shown():
    scale = Scale(between("9:00", "12:00"))

    assert scale.span(between("8:00", "9:00")) is None
    assert scale.span(between("12:00", "13:00")) is None
    assert [scale.shows(local(TUESDAY, wall)) for wall in ("8:59", "9:00", "11:59", "12:00")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_span_names_its_place_for_the_style_sheet():
    assert Span(65, 130).classes == "h1 m5 lh2 lm10"


def test_the_ruler_names_an_hour_twice_when_the_clocks_go_back():
    scale = Scale(between("0:00", "4:00", CLOCKS_BACK))

    assert scale.length == 300
    assert walls([moment for moment, _ in scale.hours()]) == [
        "00:00",
        "01:00",
        "01:00",
        "02:00",
        "03:00",
    ]


def test_the_ruler_leaves_out_the_hour_that_the_clocks_skip():
    scale = Scale(between("0:00", "4:00", CLOCKS_FORWARD))

    assert scale.length == 180
    assert walls([moment for moment, _ in scale.hours()]) == ["00:00", "01:00", "03:00"]


def test_the_board_reaches_from_full_hour_to_full_hour():
    hours = whole_hours([between("9:15", "10:00"), between("16:00", "17:10")])

    assert hours == between("9:00", "18:00")
    assert whole_hours([between("9:00", "17:00")]) == between("9:00", "17:00")
    assert whole_hours([]) is None


def test_what_overlaps_stands_side_by_side_and_what_touches_does_not():
    spans = [Span(0, 60), Span(30, 60), Span(60, 30), Span(90, 30)]

    assert lanes(spans) == [(0, 2), (1, 2), (0, 2), (0, 1)]
    assert lanes([Span(0, 60), Span(60, 60)]) == [(0, 1), (0, 1)]


def test_three_at_once_need_three_lanes_and_a_lane_is_used_again():
    spans = [Span(0, 100), Span(10, 20), Span(20, 20), Span(35, 20)]

    assert lanes(spans) == [(0, 3), (1, 3), (2, 3), (1, 3)]
    assert lanes([]) == []


def test_a_free_stretch_is_cut_at_the_hours():
    cut = pieces(between("9:40", "12:00"), origin=local(TUESDAY, "8:00"), every=timedelta(hours=1))

    assert cut == [
        between("9:40", "10:00"),
        between("10:00", "11:00"),
        between("11:00", "12:00"),
    ]
