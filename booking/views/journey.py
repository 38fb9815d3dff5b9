"""What a visitor's session knows of a booking in progress.

The place itself lives in the held row. The session points to it and keeps what was typed, so that
a lost time does not lose the rest; booking empties it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from booking import answers_on_file, scheduling
from booking.forms import DetailsForm
from booking.models import Appointment, ScreeningAnswers, Service, State
from booking.registration import Person
from booking.views import hold_limits
from booking.views.week import query_of
from content.models import Clinic, Condition

VISITOR, WANTED, HELD, BOOKED = "visitor", "wanted", "held", "booked"
ABOUT, TYPED = "about", "typed"
SAFETY = "safety"
# Of the details form; the tick under the privacy notice is given anew each time.
OF_PEOPLE = ("for_whom", "patient_name", "name", "email", "phone")


def visitor_key(request: HttpRequest) -> str:
    """A secret of this browser session, made when first needed."""
    if VISITOR not in request.session:
        request.session[VISITOR] = f"{hold_limits.mark_of(request)}.{secrets.token_urlsafe(32)}"
    key: str = request.session[VISITOR]
    return key


def renew_key(request: HttpRequest, *, now: datetime) -> str:
    """Another secret, of the network they come from today. What was held with the old one is given
    back: nobody can gather keys elsewhere to hold more times than one network may."""
    scheduling.release(visitor=visitor_key(request), now=now)
    del request.session[VISITOR]
    return visitor_key(request)


def condition_named(slug: str, *, now: datetime) -> Condition | None:
    """The condition whose page led here, if there is one that readers see."""
    return Condition.objects.published(now).filter(slug=slug).first() if slug else None


def remember_hold(request: HttpRequest, appointment: Appointment, *, about: str = "") -> None:
    """Point the session to a new hold; `about` is the slug of a condition page that led here."""
    request.session[HELD] = appointment.pk
    if condition := condition_named(about, now=appointment.created_at):
        request.session[ABOUT] = condition.name
    request.session[WANTED] = {
        "service": appointment.service.slug,
        "start": appointment.starts_at.isoformat(),
        "query": query_of(request),
    }
    request.session.pop(BOOKED, None)


def current_hold(request: HttpRequest) -> Appointment | None:
    """The place that this visitor holds, even if its ten minutes are over but nobody took it."""
    if HELD not in request.session:
        return None
    return (
        Appointment.objects.with_everybody()
        .filter(pk=request.session[HELD], held_by=visitor_key(request), state=State.HELD)
        .first()
    )


def pointed_at(request: HttpRequest) -> Appointment | None:
    """The row that the session points to, whatever has become of it since."""
    if HELD not in request.session:
        return None
    return Appointment.objects.filter(pk=request.session[HELD]).first()


@dataclass(frozen=True)
class Wanted:
    """What was held last, and the filters of the page that it was chosen from."""

    service: Service
    start: datetime
    query: str

    @property
    def times_url(self) -> str:
        return f"{self.service.get_absolute_url()}{self.query}"


def wanted(request: HttpRequest) -> Wanted | None:
    """To offer what lies near, with the same person and place."""
    if WANTED not in request.session:
        return None
    wish = request.session[WANTED]
    service = Service.objects.bookable_online().filter(slug=wish["service"]).first()
    if service is None:
        return None
    return Wanted(service, datetime.fromisoformat(wish["start"]), wish["query"])


def remember_typed(request: HttpRequest, typed: dict[str, Any]) -> None:
    request.session[TYPED] = typed


def typed(request: HttpRequest) -> dict[str, Any] | None:
    found: dict[str, Any] | None = request.session.get(TYPED)
    return found


def typed_of_people(request: HttpRequest) -> dict[str, Any]:
    """Of what was typed, who books and who comes: nobody has to type that again elsewhere."""
    known = typed(request) or {}
    return {name: known[name] for name in OF_PEOPLE if known.get(name)}


def details_form(request: HttpRequest) -> DetailsForm:
    """What was typed, judged under today's privacy notice."""
    return DetailsForm(typed(request) or {}, version=privacy_notice_version())


def privacy_notice_version() -> str:
    return Clinic.objects.get().privacy_notice_version


def remember_answers(
    request: HttpRequest, answers: ScreeningAnswers, *, only_begun: bool = False
) -> None:
    """Point the session to sealed answers, and note whom they are about. Those that are only begun
    are there to go on with; until then nothing is answered."""
    if known := request.session.get(SAFETY):
        answers_on_file.forget_unfinished(known["answers"])
    request.session[SAFETY] = {
        "answers": str(answers.pk),
        "of": _who_comes(request),
        "only_begun": only_begun,
    }


def safety_answers(
    request: HttpRequest, *, visit: Appointment | None, now: datetime
) -> ScreeningAnswers | None:
    """The answers given in this journey, if they are about the person who comes and still hold."""
    known = request.session.get(SAFETY)
    if known is None or known.get("only_begun"):
        return None
    return begun_answers(request, visit=visit, now=now)


def begun_answers(
    request: HttpRequest, *, visit: Appointment | None, now: datetime
) -> ScreeningAnswers | None:
    """The same, or as far as they go."""
    known = request.session.get(SAFETY)
    if known is None or known["of"] != _who_comes(request):
        return None
    return answers_on_file.unfinished(known["answers"], visit=visit, now=now)


def _who_comes(request: HttpRequest) -> str:
    """The patient's name as typed: answers about Ana say nothing about her child."""
    typed_so_far = typed(request) or {}
    name = typed_so_far.get("patient_name") if typed_so_far.get("for_whom") == "other" else ""
    return " ".join((name or typed_so_far.get("name", "")).casefold().split())


def first_answers(request: HttpRequest) -> dict[str, Any]:
    """What the details form starts with: what was typed before, else what the visit is about. Of a
    privacy notice that has changed since nothing is ticked."""
    left, version = (
        typed(request) or {"about": request.session.get(ABOUT, "")},
        privacy_notice_version(),
    )
    if left.get("privacy_notice") != version:
        left = left | {"privacy_acknowledged": ""}
    return left | {"privacy_notice": version}


def forget_hold(request: HttpRequest) -> None:
    request.session.pop(HELD, None)
    request.session.pop(WANTED, None)


@dataclass(frozen=True)
class Booked:
    """The visit booked last in this session, for whom and with which address as they were typed:
    what is on file may be spelt otherwise, and is not told to who only knows a name and address."""

    visit: Appointment
    name: str
    email: str


def finish(request: HttpRequest, appointment: Appointment, person: Person) -> None:
    """The visit is booked: keep only which one, and what its page repeats."""
    forget_hold(request)
    request.session.pop(TYPED, None)
    request.session.pop(ABOUT, None)
    request.session.pop(SAFETY, None)
    request.session[BOOKED] = {
        "visit": appointment.pk,
        "name": person.dependant or person.name,
        "email": person.email,
    }


def booked(request: HttpRequest) -> Booked | None:
    """The visit booked last in this session."""
    if BOOKED not in request.session:
        return None
    kept = request.session[BOOKED]
    visit = Appointment.objects.with_everybody().filter(pk=kept["visit"]).first()
    return Booked(visit, kept["name"], kept["email"]) if visit else None
