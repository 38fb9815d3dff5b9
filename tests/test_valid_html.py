"""What a reader or a patient gets is valid HTML: every page of the site, the whole booking, what
lies behind a link in a letter, and the pages that report trouble. Of the desk's pages, what can be
seen from their tags."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client

from booking.answers_on_file import questions
from booking.models import Appointment
from content.models import Clinic
from tests import vnu
from tests.booking.admin_steps import BOOK, LIST, desk_of
from tests.booking.diary_steps import BOARD
from tests.booking.linked import browser_with, link_to, other_things_of, shows
from tests.booking.pages import READ_ABOUT_IT, answer_questions, give_details, press_book, take
from tests.booking.steps import visit
from tests.cast import BEN, NOW, TUESDAY, Cast, make_cast
from tests.content.site_walk import ONE_OF_EACH, walk
from tests.factories import local
from tests.html_rules import complaints

pytestmark = pytest.mark.django_db

ALSO_READ = [
    *("/faqs/ask/thank-you/", "/faqs/does-it-hurt/feedback/thank-you/"),
    *("/search/?q=heel+spur", "/search/?q=planter", "/search/?q=xyzzyq"),
    *("/find-my-visit/", "/find-my-visit/sent/", "/waiting-list/?service=first-visit"),
]
BEHIND_A_LINK = [
    *("/visit/", "/visit/cancel/", "/visit/move/?practitioner=priya-nair", "/visit/move/check/"),
]
NOTHING_ELSE_CAN_BE_SHOWN = ["400.html", "500.html", "503.html"]
NINE, ELEVEN = local(TUESDAY, "9:00"), local(TUESDAY, "11:00")


@pytest.fixture
def clinic(db: None) -> Iterator[Cast]:
    """With the starter texts, which await approval, and a service that asks the questions."""
    with time_machine.travel(NOW, tick=False):
        cast = make_cast()
        call_command("load_starter_content", publish=True)
        Clinic.objects.update(texts_await_approval=True)
        cast.first_visit.asks_safety_questions = True
        cast.first_visit.save()
        yield cast


def a_booking(cast: Cast) -> Iterator[tuple[str, Any]]:
    """Step by step, with every form sent empty first, and a time that somebody else took."""
    ana, ben = Client(), Client()
    yield "services", ana.get("/book/?about=neck-pain")
    yield "times", ana.get("/book/first-visit/?about=neck-pain")
    yield "full-week", ana.get("/book/first-visit/?from=2026-11-22&location=hilltop")
    yield "unreadable-time", ana.post("/book/first-visit/", {"time": "soon"})
    with_priya = "?practitioner=priya-nair"
    take(ben, cast.first_visit, NINE, cast.riverside, with_priya)
    yield "taken", take(ana, cast.first_visit, NINE, cast.riverside, with_priya)
    take(ana, cast.first_visit, NINE, cast.riverside)
    yield "times-with-one-kept", ana.get("/book/first-visit/")
    yield "details", ana.get("/book/details/")
    yield "no-details", ana.post("/book/details/", {})
    give_details(ana)
    yield "questions", ana.get("/book/safety/")
    yield "no-answers", ana.post("/book/safety/", {})
    answer_questions(ana)
    yield "check", ana.get("/book/check/")
    yield "another-time-shown", ana.post("/book/check/")
    yield "not-read", press_book(ana)
    press_book(ana, **READ_ABOUT_IT)
    yield "booked", ana.get("/book/done/")


def kept_from_readers(cast: Cast) -> Iterator[tuple[str, Any]]:
    bens_visit = visit(cast, "14:00", person=BEN)
    bens = browser_with(bens_visit)
    eleven = {"time": f"{ELEVEN.astimezone(UTC):%Y-%m-%dT%H:%MZ} at riverside"}
    bens.post("/visit/move/", eleven | shows(bens_visit))
    yield from ((path, bens.get(path)) for path in BEHIND_A_LINK)
    for thing in other_things_of(bens_visit, cast):
        address = link_to(thing, expires_at=NOW + timedelta(days=1))
        yield type(thing).__name__, Client().get(address, follow=True)
    yield "no-link", Client().get("/visit/")
    yield "no-address", Client().post("/find-my-visit/", {})
    yield "no-wish", Client().post("/waiting-list/?service=first-visit", {})
    yield "no-question", Client().post("/faqs/ask/", {})
    yield "not-found", Client().get("/nowhere/")
    yield "no-token", Client(enforce_csrf_checks=True).post("/book/first-visit/", {})


def at_the_desk(cast: Cast) -> Iterator[tuple[str, Any]]:
    """The pages on which staff runs the day, and their forms sent empty. Ana’s answers wait for a
    look."""
    ana, desk = Client(), desk_of(User.objects.create_superuser("admin"))
    take(ana, cast.first_visit, NINE, cast.riverside)
    give_details(ana)
    answer_questions(ana, **{questions()[0].key: "unsure"})
    press_book(ana, **READ_ABOUT_IT)
    anas = Appointment.objects.get()
    its_page, on_board = f"{LIST}{anas.pk}/", f"{BOARD}visit/{anas.pk}/"
    for path in (
        *("/admin/", f"{BOARD}?day={TUESDAY}", f"{BOARD}?moving={anas.pk}", on_board, BOOK),
        *(f"{BOARD}why/", f"{BOARD}why/?service=", f"{BOARD}sheet/?date={TUESDAY}", LIST),
        *(f"{its_page}{each}/" for each in ("change", "answers", "cancel", "consent-sheet")),
        *("/admin/booking/patient/", f"/admin/booking/patient/{anas.patient_id}/change/"),
        *("/admin/booking/closure/absence/", "/admin/booking/waitingentry/add/"),
    ):
        yield path, desk.get(path)
    for path in (BOOK, f"{its_page}cancel/", f"{its_page}decide/"):
        yield f"{path} sent", desk.post(path, {"decision": "decline"})


def every_page(cast: Cast) -> dict[str, str]:
    """The pages by name; in the short form one of each kind."""
    reading = walk() if settings.PROVE else {path: Client().get(path) for path in ONE_OF_EACH}
    reading |= {path: Client().get(path) for path in ALSO_READ}
    for path, answer in reading.items():
        assert answer.status_code == 200, path
    pages = reading | dict(a_booking(cast)) | dict(kept_from_readers(cast))
    shown = {name: answer.content.decode() for name, answer in pages.items()}
    assert [name for name, page in shown.items() if not page] == []
    return shown | {name: render_to_string(name) for name in NOTHING_ELSE_CAN_BE_SHOWN}


@pytest.mark.prove
def test_no_page_breaks_a_rule_that_can_be_seen_from_its_tags(clinic: Cast) -> None:
    """In the short form one page of each kind."""
    found = {name: complaints(page) for name, page in every_page(clinic).items()}

    assert {name: broken for name, broken in found.items() if broken} == {}


def test_no_page_of_the_desk_breaks_a_rule_that_can_be_seen_from_its_tags(clinic: Cast) -> None:
    pages = dict(at_the_desk(clinic))
    assert {page.status_code for page in pages.values()} <= {200, 400}

    found = {name: complaints(page.content.decode()) for name, page in pages.items()}

    assert {name: broken for name, broken in found.items() if broken} == {}


@pytest.mark.prove
@pytest.mark.skipif(not settings.PROVE, reason="needs Java, and npm the first time: `make prove`")
def test_every_page_is_valid_html(
    clinic: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = every_page(clinic)
    names = {f"{number}.html": name for number, name in enumerate(pages)}
    for file, name in names.items():
        (tmp_path / file).write_text(pages[name])
    control = "<!doctype html><title>Wrong</title><p id=a><div id=a></div></p>"
    (tmp_path / "control.html").write_text(control)

    try:
        found = vnu.errors(tmp_path)
    except vnu.MissingError as missing:
        pytest.fail(str(missing), pytrace=False)

    assert found.pop("control.html")
    assert {names[file]: broken for file, broken in found.items()} == {}
    with capsys.disabled():
        print(f"\nvnu {vnu.VERSION} found no error on {len(pages)} pages.")


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("<p id=a></p><p id=a></p>", "the id a is given twice"),
        ("<p><a href='#b'>b</a></p>", "href of <a href=#b> points to b, which is not there"),
        (
            "<nav aria-labelledby='a'></nav>",
            "aria-labelledby of <nav> points to a, which is not there",
        ),
        ("<label for=a>A</label><p id=a></p>", "a label is for a, which is no control"),
        ("<input id=a>", "<input id=a> has no label"),
        ("<a href=/><button>B</button></a>", "<button> stands in <a href=/>"),
        ("<p><ul></ul></p>", "<ul> stands in a paragraph"),
        ("<ul><p></p></ul>", "<p> stands directly in <ul>"),
        ("<b><i></b>", "</b> closes something else"),
        ("<p class=a class=b></p>", "<p> has an attribute twice"),
        ("<main>", "<main> is never closed"),
    ],
)
def test_each_rule_is_noticed_when_it_is_broken(broken: str, complaint: str) -> None:
    assert complaint in complaints(broken)


def test_what_keeps_the_rules_is_left_alone() -> None:
    form = '<p id="b">B</p><label><input type="radio" name="a" aria-describedby="b">A</label>'

    assert complaints(f'<ul><li><a href="#b">b</a></li></ul><form>{form}</form>') == []


def test_it_is_said_plainly_that_java_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(vnu.MissingError, match="Java 17 or newer"):
        vnu._java("-version")


def test_it_is_said_plainly_that_npm_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(vnu, "FOLDER", tmp_path / "vnu")

    with pytest.raises(vnu.MissingError, match="`npm` could not fetch"):
        vnu._fetch()
