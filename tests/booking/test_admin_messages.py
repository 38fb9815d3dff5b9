"""The desk's list of letters, and of those whom no letter reached."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from booking.models import Message
from tests.booking.admin_steps import desk_of, words
from tests.booking.every_letter import owed
from tests.booking.steps import visit
from tests.cast import BEN, NOW, Cast, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

LIST = "/admin/booking/message/"
NOT_REACHED = f"{LIST}?reached=no"
Delivery = Message.Delivery


@pytest.fixture
def failed(cast: Cast) -> Message:
    """Ana's letter came back; Ben's has left."""
    anas, bens = visit(cast, "9:00"), visit(cast, "11:00", person=BEN)
    anas.messages.update(state=Delivery.FAILED, last_error="Bounced 5.1.1")
    bens.messages.update(state=Delivery.SENT, sent_at=NOW)
    return anas.messages.get()


def done(browser: Client, *letters: Message) -> Any:
    chosen = [letter.pk for letter in letters]
    return browser.post(
        NOT_REACHED, {"action": "done_phoned", "_selected_action": chosen}, follow=True
    )


def test_whom_no_letter_reached_is_listed_with_the_number_to_phone(
    cast: Cast, failed: Message
) -> None:
    page = words(desk_of(cast.dina).get(NOT_REACHED))
    assert "Ana Lopez (780) 555-0150" in page
    assert "Not reached: please phone" in page
    assert "(780) 555-0150" in page
    assert "Bounced 5.1.1" in page
    assert "(780) 555-0151" not in page
    assert "ben@example.com" not in page


def test_done_phoned_takes_the_letter_off_the_list_and_is_recorded(
    cast: Cast, failed: Message
) -> None:
    page = words(done(desk_of(cast.dina), failed))
    assert "Done: 1 phoned." in page
    assert "ana@example.com" not in page
    failed.refresh_from_db()
    assert failed.state == Delivery.SUPERSEDED
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (cast.dina, str(failed.pk))
    assert entry.change_message == "Phoned instead of the letter that failed."


def test_a_letter_that_did_not_fail_is_not_taken_off(cast: Cast, failed: Message) -> None:
    sent = Message.objects.get(to=BEN.email)
    browser = desk_of(cast.dina)
    browser.post(LIST, {"action": "done_phoned", "_selected_action": [sent.pk]}, follow=True)
    sent.refresh_from_db()
    assert sent.state == Delivery.SENT
    assert not LogEntry.objects.exists()


def test_looking_changes_nothing(cast: Cast, failed: Message) -> None:
    browser = desk_of(cast.dina)
    browser.get(f"{NOT_REACHED}&action=done_phoned&_selected_action={failed.pk}")
    failed.refresh_from_db()
    assert failed.state == Delivery.FAILED


def test_an_editor_takes_nobody_off(failed: Message) -> None:
    editor = make_staff("mei", "Mei", "Lindqvist", group="Editor")
    assert done(desk_of(editor), failed).status_code == 403
    failed.refresh_from_db()
    assert failed.state == Delivery.FAILED


@pytest.mark.parametrize("kind", Message.Kind)
def test_a_letter_of_every_kind_has_its_page(kind: Message.Kind, cast: Cast) -> None:
    message = owed(kind, cast)
    Message.objects.update(state=Delivery.FAILED)
    browser = desk_of(cast.dina)
    assert browser.get(f"{LIST}{message.pk}/change/").status_code == 200
    page = words(browser.get(NOT_REACHED))
    assert message.get_kind_display() in page
