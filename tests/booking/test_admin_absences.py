"""“Priya is sick today” in admin: from the phone call to the list of whom to phone."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.models import Closure, Message, Rearrangement
from booking.registration import Person
from content.models import Practitioner
from tests.booking.admin_steps import desk_of, told, words
from tests.booking.linked import link_to
from tests.booking.steps import desk_visit, visit
from tests.cast import BEN, TUESDAY, Cast, make_staff
from tests.factories import local

pytestmark = pytest.mark.django_db

CLOSURES = "/admin/booking/closure/"
ABSENCE = f"{CLOSURES}absence/"
MORNING = local(TUESDAY, "7:30")
CHIDI = Person(name="Chidi Eze", email="", phone="+17805550153")


@pytest.fixture(autouse=True)
def in_the_morning():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


def absence(cast: Cast, **changes: Any) -> dict[str, Any]:
    day = {"first": TUESDAY, "last": TUESDAY, "reason": "Ill"}
    return {"practitioner": cast.priya.pk, **day, **changes}


def rearrange(closure: Closure) -> str:
    return f"{CLOSURES}{closure.pk}/rearrange/"


def choices(page: Any) -> dict[str, list[str]]:
    """What can be done with each visit, by who comes, the proposed first."""
    return {row["who"]: [text for _, text in row["choices"]] for row in page.context["to_ask"]}


def first_choice(page: Any, who: str) -> tuple[str, str]:
    (row,) = [row for row in page.context["to_ask"] if row["who"] == who]
    return f"visit-{row['visit'].pk}", row["choices"][0][0]


def lists(page: Any) -> dict[str, list[str]]:
    return {heading: [row["who"] for row in rows] for heading, rows in page.context["lists"]}


def test_the_form_closes_the_rest_of_the_day_and_leads_to_the_visits(desk: Client, cast: Cast):
    visit(cast, "9:00")
    answer = desk.post(ABSENCE, absence(cast))
    closure = Closure.objects.get()
    assert (closure.practitioner, closure.starts_at) == (cast.priya, MORNING)
    assert (closure.ends_at, answer["Location"]) == (
        local("2026-11-25", "0:00"),
        rearrange(closure),
    )


def test_a_coming_absence_starts_with_its_day(desk: Client, cast: Cast):
    desk.post(ABSENCE, absence(cast, first="2026-11-26", last="2026-11-27"))
    closure = Closure.objects.get()
    assert closure.starts_at == local("2026-11-26", "0:00")
    assert closure.ends_at == local("2026-11-28", "0:00")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"practitioner": ""}, "This field is required."),
        ({"first": "2026-11-25"}, "The last day must not lie before the first."),
        ({"first": "2026-11-20", "last": "2026-11-20"}, "That day is over."),
        ({"last": "2026-13-45"}, "Enter a valid date."),
        ({"last": "9999-12-31"}, "Choose a day within two years of today."),
    ],
)
def test_a_wrong_absence_is_told_and_closes_nothing(
    desk: Client, cast: Cast, changes: dict[str, str], sentence: str
):
    answer = desk.post(ABSENCE, absence(cast, **changes))
    assert answer.status_code == 400
    assert sentence in words(answer)
    assert not Closure.objects.exists()


def test_each_visit_comes_with_proposals(desk: Client, cast: Cast):
    visit(cast, "9:00")
    desk_visit(cast, "13:00", person=CHIDI)
    page = desk.post(ABSENCE, absence(cast), follow=True)
    assert choices(page) == {
        "Ana Lopez": [
            "Offer the same time with Tomas Costa",
            "Offer Wed 25 Nov 2026, 9:00 am with Priya Nair",
            "Let the patient choose another time by link",
            "Phone",
            "Leave as it is for now",
        ],
        "Chidi Eze": ["Phone", "Leave as it is for now"],
    }


def test_one_button_sends_all_and_the_lists_tell_how_far_it_has_come(desk: Client, cast: Cast):
    visit(cast, "9:00")
    visit(cast, "12:00", person=BEN)
    desk_visit(cast, "14:00", person=CHIDI)
    page = desk.post(ABSENCE, absence(cast), follow=True)
    chosen = dict(first_choice(page, who) for who in ("Ana Lopez", "Ben Carter", "Chidi Eze"))
    (bens,) = [row["visit"] for row in page.context["to_ask"] if row["who"] == "Ben Carter"]
    chosen[f"visit-{bens.pk}"] = "choose"
    after = desk.post(rearrange(Closure.objects.get()), chosen, follow=True)
    assert "Done for 3 of the visits." in words(after)
    assert lists(after) == {
        "Please phone": ["Chidi Eze"],
        "Asked, no answer yet": ["Ana Lopez", "Ben Carter"],
    }
    owed = Message.objects.filter(kind__in=["offer", "choose_time"]).values_list("to", flat=True)
    assert sorted(owed) == ["ana@example.com", "ben@example.com"]


def test_what_was_answered_moves_to_its_list(desk: Client, cast: Cast):
    visit(cast, "9:00")
    bens = visit(cast, "12:00", person=BEN)
    page = desk.post(ABSENCE, absence(cast), follow=True)
    closure = Closure.objects.get()
    desk.post(rearrange(closure), dict([first_choice(page, "Ana Lopez")]))
    asked = Rearrangement.objects.get()
    assert asked.offer
    scheduling.accept_offer(offer=asked.offer, by=None, now=MORNING)
    scheduling.cancel(appointment=bens, by=cast.dina, now=MORNING)
    assert lists(desk.get(rearrange(closure))) == {"Have another time": ["Ana Lopez"]}


def test_a_time_that_was_taken_meanwhile_is_told_and_the_others_are_sent(desk: Client, cast: Cast):
    visit(cast, "9:00")
    visit(cast, "12:00", person=BEN)
    page = desk.post(ABSENCE, absence(cast), follow=True)
    chosen = dict(first_choice(page, who) for who in ("Ana Lopez", "Ben Carter"))
    desk_visit(
        cast,
        "9:00",
        practitioner=cast.tomas,
        person=CHIDI,
        now=MORNING,
        overbooking_reason="In pain",
    )
    after = desk.post(rearrange(Closure.objects.get()), chosen, follow=True)
    assert "that time is not open any more" in words(after)
    assert "Done for 1 of the visits." in words(after)


@pytest.mark.parametrize(
    "chosen", ["", "x", "2026-11-24T16:00Z with 99 at 99", "a b c d e", "9" * 400]
)
def test_a_choice_that_cannot_be_read_changes_nothing(desk: Client, cast: Cast, chosen: str):
    anas = visit(cast, "9:00")
    desk.post(ABSENCE, absence(cast))
    answer = desk.post(rearrange(Closure.objects.get()), {f"visit-{anas.pk}": chosen}, follow=True)
    assert "That choice could not be read." in words(answer)
    assert not Rearrangement.objects.exists()


def test_pressing_the_button_twice_asks_once(desk: Client, cast: Cast):
    visit(cast, "9:00")
    page = desk.post(ABSENCE, absence(cast), follow=True)
    chosen = dict([first_choice(page, "Ana Lopez")])
    for _ in range(2):
        desk.post(rearrange(Closure.objects.get()), chosen)
    assert Message.objects.filter(kind="offer").count() == 1


def test_an_absence_that_two_desks_enter_is_one(desk: Client, cast: Cast, in_the_morning: Any):
    visit(cast, "9:00")
    page = desk.post(ABSENCE, absence(cast), follow=True)
    desk.post(rearrange(Closure.objects.get()), dict([first_choice(page, "Ana Lopez")]))
    in_the_morning.shift(60)

    again = desk.post(ABSENCE, absence(cast, reason="Called in sick"), follow=True)

    assert again.redirect_chain == [(rearrange(Closure.objects.get()), 302)]
    assert told(again)[-1:] == ["Priya Nair is away then already. This is how far it has come."]
    assert again.context["to_ask"] == []


def test_an_absence_that_lasts_longer_asks_nobody_twice(desk: Client, cast: Cast):
    visit(cast, "9:00")
    visit(cast, "9:00", day="2026-11-25", person=BEN)
    page = desk.post(ABSENCE, absence(cast), follow=True)
    desk.post(rearrange(Closure.objects.get()), dict([first_choice(page, "Ana Lopez")]))

    longer = desk.post(ABSENCE, absence(cast, last="2026-11-26"), follow=True)

    assert list(choices(longer)) == ["Ben Carter"]
    assert lists(longer) == {"Asked, no answer yet": ["Ana Lopez"]}
    assert Closure.objects.latest("pk").ends_at == local("2026-11-27", "0:00")


def test_an_absence_that_began_earlier_than_was_known_asks_nobody_twice(desk: Client, cast: Cast):
    visit(cast, "9:00", day="2026-11-25")
    visit(cast, "9:00", person=BEN)
    wednesday = absence(cast, first="2026-11-25", last="2026-11-25")
    page = desk.post(ABSENCE, wednesday, follow=True)
    desk.post(rearrange(Closure.objects.get()), dict([first_choice(page, "Ana Lopez")]))

    whole = desk.post(ABSENCE, absence(cast, last="2026-11-27"), follow=True)

    assert list(choices(whole)) == ["Ben Carter"]
    assert lists(whole) == {"Asked, no answer yet": ["Ana Lopez"]}


def test_a_visit_that_stands_again_is_listed_for_its_patient_to_be_told(desk: Client, cast: Cast):
    anas = visit(cast, "9:00")
    desk.post(ABSENCE, absence(cast))
    closure = Closure.objects.get()
    desk.post(rearrange(closure), {f"visit-{anas.pk}": "choose"})
    closure.ends_at = local(TUESDAY, "8:00")
    closure.save()
    after = desk.get(rearrange(closure))
    assert lists(after) == {"Stand again: please tell the patients": ["Ana Lopez"]}


def test_a_closure_because_of_which_somebody_was_asked_is_kept_and_why_is_told(cast: Cast):
    anas = visit(cast, "9:00")
    admin = desk_of(User.objects.create_superuser("admin"))
    admin.post(ABSENCE, absence(cast))
    closure = Closure.objects.get()
    admin.post(rearrange(closure), {f"visit-{anas.pk}": "choose"})

    page = admin.post(f"{CLOSURES}{closure.pk}/delete/", {"post": "yes"})
    bulk = {"action": "delete_selected", "_selected_action": closure.pk, "post": "yes"}
    listed = admin.post(CLOSURES, bulk)

    sentence = "1 patient was asked to take another time because of it"
    assert [sentence in words(answer) for answer in (page, listed)] == [True, True]
    assert Closure.objects.get() == closure


def test_a_closure_because_of_which_nobody_was_asked_is_deleted(cast: Cast):
    visit(cast, "9:00")
    admin = desk_of(User.objects.create_superuser("admin"))
    admin.post(ABSENCE, absence(cast))
    admin.post(f"{CLOSURES}{Closure.objects.get().pk}/delete/", {"post": "yes"})
    assert not Closure.objects.exists()


def test_who_has_left_and_still_has_visits_can_be_entered_as_away(desk: Client, cast: Cast):
    visit(cast, "9:00")
    Practitioner.objects.filter(pk=cast.priya.pk).update(is_treating=False)
    page = desk.post(ABSENCE, absence(cast), follow=True)
    assert choices(page)["Ana Lopez"][0] == "Offer the same time with Tomas Costa"


def test_who_has_left_and_has_no_visits_is_not_away(desk: Client, cast: Cast):
    Practitioner.objects.filter(pk=cast.priya.pk).update(is_treating=False)
    form = desk.get(ABSENCE).context["form"]
    assert [name for _, name in form.fields["practitioner"].choices] == ["Choose", "Tomas Costa"]
    assert next(iter(form.fields)) == "practitioner"


def test_without_visits_the_page_says_so(desk: Client, cast: Cast):
    assert "No visits are booked in this time." in words(
        desk.post(ABSENCE, absence(cast), follow=True)
    )


def test_the_closures_own_page_leads_there(desk: Client, cast: Cast):
    visit(cast, "9:00")
    desk.post(ABSENCE, absence(cast))
    closure = Closure.objects.get()
    assert rearrange(closure) in desk.get(f"{CLOSURES}{closure.pk}/change/").content.decode()


def test_a_closure_that_is_gone_is_not_found(desk: Client):
    assert desk.get(f"{CLOSURES}12345/rearrange/").status_code == 404


@pytest.mark.parametrize("group", ["Practitioner", "Editor"])
def test_others_do_not_rearrange(cast: Cast, group: str):
    person: User = make_staff("mei", "Mei", "Lindqvist", group=group)
    closure = Closure.objects.create(starts_at=MORNING, ends_at=local(TUESDAY, "9:00"), reason="x")
    browser = desk_of(person)
    assert browser.get(ABSENCE).status_code == 403
    assert browser.get(rearrange(closure)).status_code == 403


def test_the_page_takes_as_many_queries_for_three_visits_as_for_one(desk: Client, cast: Cast):
    counts = []
    closure = Closure.objects.create(
        practitioner=cast.priya, starts_at=MORNING, ends_at=local(TUESDAY, "18:00"), reason="Ill"
    )
    for booked in ([("9:00", None)], [("10:30", BEN), ("13:00", CHIDI)]):
        for wall, person in booked:
            desk_visit(
                cast,
                wall,
                now=MORNING,
                overbooking_reason="Known",
                **({"person": person} if person else {}),
            )
        with CaptureQueriesContext(connection) as captured:
            desk.get(rearrange(closure))
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["/admin/diary/", CLOSURES])
def test_who_may_close_hours_is_led_there_from_the_diary_and_the_closures(
    desk: Client, cast: Cast, page: str
):
    link = f'href="{ABSENCE}"'
    assert link in desk.get(page).content.decode()
    treating = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Practitioner"))
    assert link not in treating.get(page).content.decode()


def test_the_patient_reads_what_follows_from_their_answer(desk: Client, cast: Cast):
    visit(cast, "9:00")
    page = desk.post(ABSENCE, absence(cast), follow=True)
    desk.post(rearrange(Closure.objects.get()), dict([first_choice(page, "Ana Lopez")]))
    offer = Rearrangement.objects.get().offer
    assert offer
    browser = Client()
    browser.get(link_to(offer, now=MORNING, expires_at=offer.expires_at))
    said = words(browser.get("/waiting-list/offer/"))
    assert "If you decline, or do not answer in time, we phone you." in said
    assert "stays as it is" not in said
