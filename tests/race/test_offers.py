"""Many at once for one freed time: by the offer's link, by booking and by moving a visit into it.

While the offer stands, its owner gets it whoever else tries; once it is over, one of the others
does. `make prove` sends 200 clients in 20 rounds, `make test` 40 in 3. That a place given twice
would be seen is proved by the control in test_races.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from booking import scheduling, visit_links
from booking.models import Appointment, AppointmentEvent, EventKind, HouseRules, SlotOffer, State
from booking.registration import Person
from tests.cast import ANA, BEN, Cast, make_cast
from tests.factories import local, make_booking
from tests.race.clients import Answer, Browser, Figures, all_at_once, one_by_one
from tests.race.test_races import key, visitors, weekdays

pytest_plugins = ["tests.committed"]
pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("committed")]

CLIENTS, ROUNDS = (200, 20) if settings.PROVE else (40, 2)
EACH = CLIENTS // 4
WALLS = ("9:00", "10:30", "12:00", "13:30", "15:00")
WITH_PRIYA = "/book/first-visit/?practitioner=priya-nair"
MOVE = "/visit/move/?practitioner=priya-nair"
OFFER = "/waiting-list/offer/"


@dataclass
class Crowd:
    """Those who want the time: Ana's browsers have no page open before there is an offer."""

    site: int
    cast: Cast
    bookers: list[Browser]
    movers: list[Browser]

    @classmethod
    def gather(cls, site: int, cast: Cast) -> Crowd:
        bookers = visitors(site, CLIENTS - 2 * EACH, WITH_PRIYA)
        movers = [Browser(site) for _ in range(EACH)]
        opened = one_by_one(
            [
                partial(browser.get, f"/v/{link}")
                for browser, link in zip(movers, links_to_visits(cast, EACH), strict=True)
            ]
        )
        assert {answer.location for answer in opened} == {"/visit/"}
        return cls(site, cast, bookers, movers)

    def choose(self, time: str) -> None:
        """Up to the last button of a move, as long as the time is free."""
        one_by_one([partial(browser.get, MOVE) for browser in self.movers])
        chosen = one_by_one([partial(browser.post, MOVE, time=time) for browser in self.movers])
        assert {answer.location for answer in chosen} == {"/visit/move/check/"}

    def all_try(self, owners: list[Browser], time: str) -> dict[str, list[Answer]]:
        asks = [partial(each.post, OFFER, answer="yes") for each in owners]
        asks += [partial(each.post, WITH_PRIYA, time=time) for each in self.bookers]
        there = {"time": time, "practitioner": "priya-nair"}
        asks += [partial(each.post, "/visit/move/check/", **there) for each in self.movers]
        answers = all_at_once(asks)
        # Nobody was turned away for an old page: they have all asked for this time.
        assert not [answer for answer in answers if "another time meanwhile" in answer.body]
        assert not [answer for answer in answers if "meanwhile: this one" in answer.body]
        booked = EACH + len(self.bookers)
        return {
            "offer": answers[:EACH],
            "booking": answers[EACH:booked],
            "move": answers[booked:],
        }

    def owners(self, offer: SlotOffer) -> list[Browser]:
        """The offer's link, opened in many windows."""
        now = timezone.now()
        link = visit_links.issue(offer, expires_at=now + timedelta(hours=1), now=now)
        browsers = [Browser(self.site) for _ in range(EACH)]
        one_by_one([partial(browser.get, f"/v/{link}") for browser in browsers])
        pages = one_by_one([partial(browser.get, OFFER) for browser in browsers])
        assert {page.status for page in pages} == {200}
        return browsers


def links_to_visits(cast: Cast, count: int) -> list[str]:
    """Links to visits with Tomas, each of another patient, from the week after next on."""
    days = weekdays()
    for _ in range(5):
        next(days)
    starts = [local(day, wall) for day in (next(days) for _ in range(count)) for wall in WALLS]
    now, links = timezone.now(), []
    for number, start in enumerate(starts[:count]):
        person = Person(f"Patient {number}", f"patient{number}@example.com", "+17805550150")
        made = make_booking(
            cast.first_visit, cast.tomas, cast.riverside, start, person=person, now=now
        )
        links.append(visit_links.issue(made, expires_at=made.ends_at, now=now))
    return links


def free_times() -> Iterator[datetime]:
    """Of next week, one for each round."""
    days = weekdays()
    while True:
        day = next(days)
        yield from (local(day, wall) for wall in WALLS)


def give_back(cast: Cast, start: datetime) -> None:
    """Ben had the time, and the desk cancels it for him."""
    now = timezone.now()
    bens = make_booking(cast.first_visit, cast.priya, cast.riverside, start, person=BEN, now=now)
    scheduling.cancel(appointment=bens, by=cast.dina, now=now, reason="phoned")


def offer_to_ana(cast: Cast, start: datetime) -> SlotOffer:
    now = timezone.now()
    wish = scheduling.Wish(until=start.date(), practitioner=cast.priya)
    scheduling.join_list(person=ANA, service=cast.first_visit, wish=wish, now=now)
    assert scheduling.offer_freed_times(now=now) == 1
    return SlotOffer.objects.get(answer=SlotOffer.Answer.OPEN)


def let_its_time_pass(offer: SlotOffer) -> None:
    with connection.cursor() as cursor:
        ago = "now() - interval '1 second'"
        cursor.execute(f"UPDATE booking_slotoffer SET expires_at = {ago} WHERE id = %s", [offer.pk])
        cursor.execute(
            f"UPDATE booking_appointment SET hold_expires_at = {ago} WHERE held_by = %s",
            [f"offer {offer.pk}"],
        )


def having(cast: Cast, start: datetime) -> list[Appointment]:
    """Whatever stands at this time with Priya."""
    rows = Appointment.objects.blocking().filter(practitioner=cast.priya, starts_at=start)
    return list(rows.select_related("patient"))


def statuses(answers: list[Answer]) -> set[int]:
    return {answer.status for answer in answers}


def test_while_an_offer_stands_its_owner_gets_the_time(site: int, figures: Figures) -> None:
    cast = make_cast()
    # Each round gives Ana one visit more.
    HouseRules.objects.create(pk=1, open_visits_at_most=ROUNDS)
    crowd, times = Crowd.gather(site, cast), free_times()
    for _ in range(ROUNDS):
        start = next(times)
        give_back(cast, start)
        crowd.choose(key(cast, start))
        owners = crowd.owners(offer_to_ana(cast, start))

        answers = crowd.all_try(owners, key(cast, start))

        found = having(cast, start)
        figures.add(len(found), [each for group in answers.values() for each in group])
        assert [(row.state, row.patient.name) for row in found] == [(State.BOOKED, "Ana Lopez")]
        assert statuses(answers["offer"]) == {303}
        assert statuses(answers["booking"]) == statuses(answers["move"]) == {409}
        told = AppointmentEvent.objects.history_of(found[0])
        assert [event.kind for event in told] == [EventKind.HELD, EventKind.BOOKED]
    assert figures.rows == {1: ROUNDS}


def test_once_an_offer_is_over_one_of_the_others_gets_the_time(site: int, figures: Figures) -> None:
    cast = make_cast()
    crowd, times = Crowd.gather(site, cast), free_times()
    for _ in range(ROUNDS):
        start = next(times)
        give_back(cast, start)
        crowd.choose(key(cast, start))
        offer = offer_to_ana(cast, start)
        owners = crowd.owners(offer)
        let_its_time_pass(offer)

        answers = crowd.all_try(owners, key(cast, start))

        scheduling.lapse_offers(now=timezone.now())
        found = having(cast, start)
        figures.add(len(found), [each for group in answers.values() for each in group])
        assert not [row for row in found if row.patient and row.patient.name == "Ana Lopez"]
        assert statuses(answers["offer"]) == {409}
        scheduling.leave_list(entry=offer.entry, by=None, now=timezone.now())
    assert figures.rows == {1: ROUNDS}
    assert figures.statuses[303] == ROUNDS
    assert SlotOffer.objects.filter(answer=SlotOffer.Answer.LAPSED).count() == ROUNDS
