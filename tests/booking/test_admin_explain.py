"""“Why is 10:15 not offered?” The rule, where it comes from, and who may change it."""

from datetime import timedelta

import pytest
from django.test import Client

from booking.models import Closure, ExtraHours
from tests.booking.admin_steps import desk_of, words
from tests.booking.diary_steps import BOARD
from tests.booking.steps import hold, visit
from tests.cast import BEN, NOW, TUESDAY, Cast
from tests.factories import local, make_practitioner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

TRAINING = "Priya Nair closed: Training, Tue 24 Nov 2026, 9:00 am to Tue 24 Nov 2026, 12 noon"
EVERY_HALF_HOUR = (
    "“First visit”: Visits start every 30 minutes, counted from the start of a working window"
)


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def why(desk: Client, cast: Cast, wall: str, day: str = TUESDAY, **changes: object) -> object:
    asked = {
        "service": cast.first_visit.pk,
        "practitioner": cast.priya.pk,
        "location": cast.riverside.pk,
        "date": day,
        "time": wall,
    }
    return desk.get(f"{BOARD}why/", asked | changes)


def told(answer: object) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each rule with its sources: words and address."""
    return [
        (each.rule, [(source.words, source.address) for source in each.sources])
        for each in answer.context["explained"]  # type: ignore[attr-defined]
    ]


def test_an_open_time_is_open(desk: Client, cast: Cast) -> None:
    assert "Priya Nair at Riverside: open" in words(why(desk, cast, "10:00"))


def test_between_two_starts(desk: Client, cast: Cast) -> None:
    answer = why(desk, cast, "10:15")

    assert told(answer) == [
        (
            "visits of this service do not start at this minute",
            [
                (
                    EVERY_HALF_HOUR,
                    f"/admin/booking/service/{cast.first_visit.pk}/change/",
                )
            ],
        )
    ]
    assert "Who may change it: Editor, Front desk" in words(answer)


def test_a_closure_with_its_reason(desk: Client, cast: Cast) -> None:
    closure = Closure.objects.create(
        practitioner=cast.priya,
        starts_at=local(TUESDAY, "9:00"),
        ends_at=local(TUESDAY, "12:00"),
        reason="Training",
    )

    assert told(why(desk, cast, "10:00")) == [
        (
            "it falls into a closure (Training)",
            [
                (
                    TRAINING,
                    f"/admin/booking/closure/{closure.pk}/change/",
                )
            ],
        )
    ]


def test_another_visit_with_its_buffers(desk: Client, cast: Cast) -> None:
    bens = visit(cast, "10:00", person=BEN)

    [(rule, [(source, address)])] = told(why(desk, cast, "11:00"))

    assert rule == "the practitioner has another visit or its buffer then"
    assert source == (
        f"Visit {bens.reference} of Ben Carter, 10:00 am to 11:10 am with buffers, Room 1"
    )
    assert address == f"/admin/diary/visit/{bens.pk}/"


def test_a_hold_with_its_end(desk: Client, cast: Cast) -> None:
    hold(cast, "10:00")

    [(_, [(source, _)])] = told(why(desk, cast, "10:00"))

    assert source == "A place held until 7:10 am, 10:00 am to 11:10 am with buffers, Room 1"


def test_every_room_taken(desk: Client, cast: Cast) -> None:
    cast.riverside.rooms.filter(name="Room 2").update(in_use=False)
    tomass = visit(cast, "10:00", practitioner=cast.tomas)

    [(rule, [(source, _)])] = told(why(desk, cast, "10:00"))

    assert rule == "every room of the location is taken then"
    assert source.startswith(f"Visit {tomass.reference} of Ana Lopez")


def test_the_notice_and_the_horizon(desk: Client, cast: Cast) -> None:
    soon = told(why(desk, cast, "8:30", "2026-11-23"))
    far = told(why(desk, cast, "10:00", (NOW + timedelta(days=90)).date().isoformat()))

    assert soon[0][1][0][0] == (
        "“First visit”: Notice of 2 hours: from Mon 23 Nov 2026, 9:00 am on"
    )
    assert far[0][1][0][0].startswith("“First visit”: Horizon of 60 days: until ")


def test_nobody_changes_the_past(desk: Client, cast: Cast) -> None:
    answer = why(desk, cast, "6:00", "2026-11-23")

    assert told(answer) == [("it lies in the past", [])]
    assert "Nobody can change this." in words(answer)


def test_hours_on_that_day_or_none(desk: Client, cast: Cast) -> None:
    [(rule, hours)] = told(why(desk, cast, "19:00"))
    [(_, none)] = told(why(desk, cast, "10:00", "2026-11-28"))

    assert rule == "the practitioner does not work there then"
    assert [source for source, _ in hours] == ["Priya Nair, Tuesday 09:00–17:00 at Riverside"]
    assert none == [
        (
            "Priya Nair has no working hours on Saturday 28 November",
            f"/admin/booking/workinghours/?practitioner__id__exact={cast.priya.pk}",
        )
    ]


def test_extra_hours_are_named_too(desk: Client, cast: Cast) -> None:
    ExtraHours.objects.create(
        practitioner=cast.priya,
        location=cast.riverside,
        starts_at=local("2026-11-28", "9:00"),
        ends_at=local("2026-11-28", "12:00"),
    )

    [(_, sources)] = told(why(desk, cast, "14:00", "2026-11-28"))

    assert [source for source, _ in sources] == ["Extra hours 9:00 am to 12 noon"]


def test_who_does_not_give_the_service(desk: Client, cast: Cast) -> None:
    other = make_practitioner("Zoe Okoro")

    [(rule, sources)] = told(why(desk, cast, "10:00", practitioner=other.pk))

    assert rule == "Zoe Okoro does not give “First visit”"
    assert sources == [
        ("Who gives “First visit”", f"/admin/booking/service/{cast.first_visit.pk}/change/")
    ]


def test_asked_of_anyone_the_nearest_to_an_answer_comes_first(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")

    answer = why(desk, cast, "10:00", practitioner="", location="")

    explained = answer.context["explained"]  # type: ignore[attr-defined]
    assert [(each.practitioner.name, each.why is None) for each in explained] == [
        ("Tomas Costa", True),
        ("Priya Nair", False),
    ]


@pytest.mark.parametrize("changes", [{"time": ""}, {"date": "nonsense"}, {"service": "x"}])
def test_half_a_question_is_asked_again(desk: Client, cast: Cast, changes: dict[str, str]) -> None:
    answer = why(desk, cast, "10:00", **changes)

    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert b"<title>Error: Why is a time not offered?" in answer.content  # type: ignore[attr-defined]


def test_what_is_said_of_everybody_is_said_once(desk: Client, cast: Cast) -> None:
    visit(cast, "10:00")
    anyone = {"practitioner": "", "location": ""}

    too_far = why(desk, cast, "10:00", day="2027-06-01", **anyone)
    differing = why(desk, cast, "10:00", **anyone)

    assert [whom for whom, _ in too_far.context["answers"]] == ["Anyone, anywhere"]  # type: ignore[attr-defined]
    assert "Anyone, anywhere: not offered" in words(too_far)
    assert [whom for whom, _ in differing.context["answers"]] == [  # type: ignore[attr-defined]
        "Tomas Costa at Riverside",
        "Priya Nair at Riverside",
    ]
