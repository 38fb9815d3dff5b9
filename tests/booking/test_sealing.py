"""Patients' answers in the database: unreadable there, bound to their row, sealed anew."""

import base64
import io
import json
import logging
import secrets
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from booking import sealing
from booking.models import Appointment, ScreeningAnswers
from booking.sealing import CannotOpen
from clinic_site.settings import health_keys
from tests.booking.pages import READ_ABOUT_IT, answer_questions, give_details, press_book, take
from tests.booking.steps import visit
from tests.cast import NOW, TUESDAY, Cast
from tests.content.rules import make_rule
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

CANARIES = [
    *(f"canary-{number:02}-{secrets.token_hex(8)}" for number in range(20)),
    *(f"Kanarienvögel {number} № {secrets.token_hex(6)} 🐤" for number in range(5)),
    *(f"yes\nline two, canary {secrets.token_hex(8)}" for _ in range(5)),
]
OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)


def dump() -> bytes:
    """Every row of every table, as a backup would hold it."""
    everything = io.BytesIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', everything)
    return everything.getvalue()


def disguises(text: str) -> set[bytes]:
    """How `text` could stand in a dump: plain, escaped, in base64, in hexadecimal digits."""
    raw = text.encode()
    inner = raw[3:-3]
    return {
        raw,
        json.dumps(text)[1:-1].encode(),
        json.dumps(text)[1:-1].replace("\\", "\\\\").encode(),
        text.replace("\n", "\\n").encode(),
        raw.hex().encode(),
        inner.hex().encode(),
        *(base64.b64encode(raw[shift:])[4:-4] for shift in range(3)),
    }


def found_in(dumped: bytes) -> list[str]:
    return [text for text in CANARIES if any(each in dumped for each in disguises(text))]


def answers(value: str = "yes") -> ScreeningAnswers:
    row = ScreeningAnswers(version="v", outcome="review", given_at=NOW)
    row.seal({"given": value})
    row.save()
    return row


def test_a_dump_shows_none_of_what_was_sealed() -> None:
    assert len(CANARIES) >= 25
    for text in CANARIES:
        answers(text)
    together = answers()
    together.seal({"given": CANARIES})
    together.save()

    assert found_in(dump()) == []
    alone = ScreeningAnswers.objects.exclude(pk=together.pk)
    assert {row.open()["given"] for row in alone} == set(CANARIES)


def test_the_dump_would_show_what_is_not_sealed(cast: Cast) -> None:
    """The control: each canary is found when it stands in an ordinary column."""
    for number, text in enumerate(CANARIES):
        cast.first_visit.pk, cast.first_visit.slug = None, f"copy-{number}"
        in_base64 = base64.b64encode(text.encode()).decode()
        cast.first_visit.summary = (text, json.dumps(text), in_base64)[number % 3]
        cast.first_visit.save(force_insert=True)

    assert found_in(dump()) == CANARIES


def test_a_whole_booking_leaves_no_answer_readable(
    client: Client, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    for number in range(len(CANARIES)):
        make_rule(f"rule-{number}", order=number)
    take(client, cast.first_visit, local(TUESDAY, "9:00"), cast.riverside)
    give_details(client)
    caplog.set_level(logging.DEBUG)

    wrong = answer_questions(client, **{f"rule_{n}": text for n, text in enumerate(CANARIES)})
    assert wrong.status_code == 400
    client.post(
        "/book/safety/",
        {f"answer-to-rule-{n}": text for n, text in enumerate(CANARIES)} | {"extend": "more"},
    )
    client.post("/book/safety/", {"answer-to-rule-5": "unsure", "back": "details"})
    answer_questions(client, rule_3="unsure")
    sessions = json.dumps([each.get_decoded() for each in Session.objects.all()])
    press_book(client, **READ_ABOUT_IT)

    assert Appointment.objects.get().screening
    sessions += json.dumps([each.get_decoded() for each in Session.objects.all()])
    assert found_in(dump()) == []
    assert found_in(sessions.encode()) == []
    assert found_in(caplog.text.encode()) == []
    assert "unsure" not in dump().decode() + sessions + caplog.text


def test_an_answer_opens_in_its_own_row_only() -> None:
    ana, ben = answers("Ana's"), answers("Ben's")
    ana.sealed_answers, ben.sealed_answers = ben.sealed_answers, ana.sealed_answers
    ana.save()
    ben.save()

    for row in ScreeningAnswers.objects.all():
        with pytest.raises(CannotOpen):
            row.open()


def test_a_copied_row_cannot_be_opened() -> None:
    row = answers()
    row.pk = uuid4()
    row.save(force_insert=True)

    with pytest.raises(CannotOpen):
        ScreeningAnswers.objects.get(pk=row.pk).open()


@pytest.mark.parametrize("position", [0, 11, 12, 20, -1])
def test_one_altered_bit_is_noticed(position: int) -> None:
    row = answers()
    altered = bytearray(row.sealed_answers)
    altered[position] ^= 1
    row.sealed_answers = bytes(altered)

    with pytest.raises(CannotOpen):
        row.open()


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12, b"y" * 200])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        sealing.open_sealed(sealing.current_key_id(), sealed, row="any")


def test_the_same_answers_never_look_the_same() -> None:
    rows = [answers() for _ in range(50)]

    assert len({bytes(row.sealed_answers) for row in rows}) == 50


def test_naming_another_key_does_not_open_it(settings: Any) -> None:
    settings.HEALTH_KEYS = {"old": OLD, "same": OLD}
    row = answers()
    row.key_id = "same"

    with pytest.raises(CannotOpen):
        row.open()


def as_in_the_environment(*keys: tuple[str, bytes]) -> str:
    return ", ".join(f"{name}:{base64.urlsafe_b64encode(key).decode()}" for name, key in keys)


def test_a_blank_after_the_comma_is_no_part_of_a_keys_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEALTH_KEYS", as_in_the_environment(("2027a", NEW), ("2026a", OLD)))

    assert health_keys(debug=False) == {"2027a": NEW, "2026a": OLD}


@pytest.mark.parametrize(
    "keys", [[("a", NEW), ("a", OLD)], [("a" * 21, NEW)], [("", NEW)], [("a", NEW[:16])], []]
)
def test_keys_that_could_not_be_used_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, keys: list[tuple[str, bytes]]
) -> None:
    monkeypatch.setenv("HEALTH_KEYS", as_in_the_environment(*keys))

    with pytest.raises(ImproperlyConfigured, match="HEALTH_KEYS"):
        health_keys(debug=False)


def rotate() -> str:
    said = StringIO()
    call_command("rotate_health_keys", stdout=said)
    return said.getvalue()


def test_after_rotation_no_row_is_on_the_old_key_and_it_can_be_taken_out(
    settings: Any,
) -> None:
    settings.HEALTH_KEYS = {"2026a": OLD}
    sealed = {answers(f"answer {number}").pk: f"answer {number}" for number in range(205)}
    settings.HEALTH_KEYS = {"2027a": NEW, "2026a": OLD}

    assert rotate() == "205 rows sealed anew with key 2027a.\nNone is left on another key.\n"

    settings.HEALTH_KEYS = {"2027a": NEW}
    rows = ScreeningAnswers.objects.all()
    assert {row.key_id for row in rows} == {"2027a"}
    assert {row.pk: row.open()["given"] for row in rows} == sealed


def test_rotating_again_touches_nothing(settings: Any) -> None:
    settings.HEALTH_KEYS = {"2026a": OLD}
    row = answers()
    before = bytes(row.sealed_answers)

    assert rotate().startswith("0 rows")
    row.refresh_from_db()
    assert bytes(row.sealed_answers) == before


def test_a_rotation_that_was_stopped_goes_on(settings: Any) -> None:
    settings.HEALTH_KEYS = {"2026a": OLD}
    for _ in range(3):
        answers()
    settings.HEALTH_KEYS = {"2027a": NEW, "2026a": OLD}
    first = ScreeningAnswers.objects.order_by("pk")[0]
    first.seal(first.open())
    first.save()

    assert rotate().startswith("2 rows sealed anew")


def test_a_row_that_a_server_seals_with_the_old_key_meanwhile_is_told(settings: Any) -> None:
    """It does so while the command says how many it has done."""
    both, old = {"2027a": NEW, "2026a": OLD}, {"2026a": OLD}

    class WhileItSpeaks(StringIO):
        def write(self, said: str) -> int:
            settings.HEALTH_KEYS = old
            answers()
            settings.HEALTH_KEYS = both
            return super().write(said)

    settings.HEALTH_KEYS = both
    told = WhileItSpeaks()

    with pytest.raises(CommandError, match=r"1 rows .* meanwhile.* run this again"):
        call_command("rotate_health_keys", stdout=told)

    assert told.getvalue() == "0 rows sealed anew with key 2027a.\n"
    assert rotate().endswith("None is left on another key.\n")


def test_a_row_whose_key_is_lost_is_told_and_the_others_are_sealed_anew(
    settings: Any,
) -> None:
    settings.HEALTH_KEYS = {"lost": secrets.token_bytes(32)}
    lost = answers()
    settings.HEALTH_KEYS = {"2026a": OLD}
    answers()
    settings.HEALTH_KEYS = {"2027a": NEW, "2026a": OLD}

    with pytest.raises(CommandError, match="1 rows cannot be opened"):
        rotate()

    on_other_keys = ScreeningAnswers.objects.exclude(key_id="2027a")
    assert [row.pk for row in on_other_keys] == [lost.pk]


def test_answers_of_a_booking_that_was_never_finished_are_forgotten_after_a_day(
    cast: Cast,
) -> None:
    booked = visit(cast, "9:00")
    old = NOW - timedelta(hours=24, seconds=1)
    rows = {name: answers() for name in ("a patient's", "a visit's", "young", "old")}
    ScreeningAnswers.objects.exclude(pk=rows["young"].pk).update(given_at=old)
    ScreeningAnswers.objects.filter(pk=rows["a patient's"].pk).update(patient=booked.patient)
    booked.screening = rows["a visit's"]
    booked.save(by_scheduling=True)
    said = StringIO()

    call_command("forget_unfinished_answers", stdout=said)

    assert said.getvalue() == "1 unfinished answers removed.\n"
    assert set(ScreeningAnswers.objects.values_list("pk", flat=True)) == {
        row.pk for name, row in rows.items() if name != "old"
    }
