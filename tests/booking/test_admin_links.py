"""The desk makes links useless, sends new ones, and changes where letters go."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from booking import scheduling, visit_links
from booking.models import (
    Appointment,
    Closure,
    HouseRules,
    Message,
    Patient,
    Service,
    State,
    VisitLink,
)
from tests.booking.admin_steps import LIST, desk_of, page_of, words
from tests.booking.every_letter import owed
from tests.booking.linked import other_things_of
from tests.booking.steps import desk_visit, letters, visit
from tests.booking.wishes import MORNING, offered, wait, wait_for_earlier
from tests.cast import ANA, BEN, NOW, TUESDAY, Cast, make_staff
from tests.factories import local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

ONE = local(TUESDAY, "13:00")
NEW = "ana.lopez@example.com"


@pytest.fixture
def desk(cast: Cast) -> Client:
    return desk_of(cast.dina)


@pytest.fixture
def anas(cast: Cast) -> Appointment:
    return visit(cast, "10:00")


def press(desk: Client, visit: Appointment, wish: str):
    return desk.post(f"{LIST}{visit.pk}/links/", {"wish": wish}, follow=True)


def link(thing, *, expires_at=ONE) -> str:
    return visit_links.issue(thing, expires_at=expires_at, now=NOW)


def works(token: str) -> bool:
    return visit_links.find(token, now=NOW) is not None


def test_the_page_says_how_many_links_work(desk: Client, anas: Appointment) -> None:
    assert "Links in letters: None works" in words(desk.get(page_of(anas)))
    link(anas)
    assert "Links in letters: 1 works" in words(desk.get(page_of(anas)))
    link(anas)
    link(anas, expires_at=NOW)
    assert "Links in letters: 2 work" in words(desk.get(page_of(anas)))


def test_all_links_to_a_visit_are_made_useless(desk: Client, cast: Cast, anas: Appointment) -> None:
    bens = visit(cast, "13:00", person=BEN)
    first, second, other = link(anas), link(anas), link(bens)

    answer = press(desk, anas, "revoke")

    assert "2 links stopped." in words(answer)
    assert [works(token) for token in (first, second, other)] == [False, False, True]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (
        cast.dina,
        str(anas.pk),
        "Stopped all links to the visit.",
    )


def test_links_to_what_leads_to_the_visit_are_made_useless_too(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    wait(cast, now=NOW)
    offer = offered(cast, wall="12:00")
    booked = scheduling.accept_offer(offer=offer, by=None, now=MORNING)
    _, _, course = other_things_of(anas, cast)
    booked.course = course
    booked.save(by_scheduling=True)
    theirs = [link(thing) for thing in (booked, offer, offer.entry, course)]
    other = link(anas)

    answer = press(desk, booked, "revoke")

    assert "4 links stopped." in words(answer)
    assert [works(token) for token in theirs] == [False] * 4
    assert works(other)


def test_links_to_the_wish_for_an_earlier_time_are_made_useless_too(
    desk: Client, cast: Cast
) -> None:
    later = visit(cast, "14:00")
    tokens = [link(wait_for_earlier(later, now=NOW)), link(offered(cast, wall="11:00"))]

    press(desk, later, "revoke")

    assert [works(token) for token in tokens] == [False] * 2


@pytest.mark.parametrize("stop", ["the desk stops them", "letters go elsewhere"])
def test_a_link_that_was_stopped_does_not_come_back_with_a_change_taken_back(
    cast: Cast, anas: Appointment, stop: str
) -> None:
    token = link(anas)
    scheduling.cancel(appointment=anas, by=None, now=NOW)
    soon = NOW + timedelta(minutes=1)

    if stop == "the desk stops them":
        scheduling.revoke_links(appointment=anas, now=soon)
    else:
        scheduling.contact_changed(anas.patient, now=soon)
    scheduling.take_back(appointment=anas, now=soon)

    assert not works(token)


def test_a_new_link_is_a_letter_that_says_how_the_visit_stands(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    answer = press(desk, anas, "send")
    assert "A letter with a new link is on its way." in words(answer)
    assert letters(anas) == [("confirmation", "queued")] * 2

    scheduling.move(
        appointment=anas,
        practitioner=cast.priya,
        location=cast.riverside,
        start=ONE,
        by=cast.dina,
        now=NOW,
    )
    press(desk, anas, "send")
    assert letters(anas)[2:] == [("moved", "queued")] * 2


def test_before_a_booking_is_firm_the_letter_says_that(desk: Client, cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    unproved = visit(cast, "13:00")

    press(desk, unproved, "send")

    assert letters(unproved) == [("address_proof", "queued")] * 2


def test_without_an_address_or_a_visit_to_see_nothing_is_sent(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    Patient.objects.update(email="")
    page = words(desk.get(page_of(anas)))
    assert ("Stop all links" in page, "Send a new link" in page) == (True, False)
    answer = press(desk, anas, "send")
    assert "There is no e-mail address to send a link to" in words(answer)
    Patient.objects.update(email="ana@example.com")
    cancelled = scheduling.cancel(appointment=anas, by=cast.dina, now=NOW)
    assert not scheduling.send_new_link(cancelled, now=NOW)
    assert [kind for kind, _ in letters(anas)] == ["confirmation", "cancellation"]


def test_a_wish_that_is_none_is_refused(desk: Client, anas: Appointment) -> None:
    assert press(desk, anas, "burn").status_code == 400
    assert desk.get(f"{LIST}{anas.pk}/links/").status_code == 405


def test_only_who_runs_the_day_touches_links(anas: Appointment) -> None:
    editor = desk_of(make_staff("mei", "Mei", "Lindqvist", group="Editor"))
    token = link(anas)

    assert press(editor, anas, "revoke").status_code == 403
    assert works(token)


def change_email(desk: Client, patient: Patient, email: str) -> None:
    page = f"/admin/booking/patient/{patient.pk}/change/"
    form = desk.get(page).context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields}
    typed = {name: value for name, value in typed.items() if value is not False}
    assert desk.post(page, typed | {"email": email}).status_code == 302


def test_another_address_ends_the_links_and_is_written_to(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    old, bens = link(anas), link(visit(cast, "13:00", person=BEN))
    Patient.objects.update(email_proved_at=NOW)
    Service.objects.update(reminder_hours=[24])

    change_email(desk, anas.patient, NEW)

    assert (works(old), works(bens)) == (False, True)
    owed = Message.objects.filter(appointment=anas).order_by("pk")
    assert [(each.kind, each.to, each.state) for each in owed] == [
        ("confirmation", "ana@example.com", "superseded"),
        ("confirmation", NEW, "queued"),
        ("reminder", NEW, "queued"),
    ]
    assert Patient.objects.get(email=NEW).email_proved_at is None
    assert Patient.objects.get(name="Ben Carter").email_proved_at == NOW


def test_another_name_or_phone_ends_nothing(desk: Client, anas: Appointment) -> None:
    token = link(anas)

    change_email(desk, anas.patient, "ana@example.com")

    assert works(token)
    assert letters(anas) == [("confirmation", "queued")]


def test_the_links_about_a_child_end_with_the_address_of_their_adult(cast: Cast) -> None:
    child = desk_visit(cast, "13:00", person=ANA.__class__(ANA.name, ANA.email, "", "Lia Lopez"))
    token = link(child)
    ana = child.patient.responsible_adult
    ana.email = NEW
    ana.save()

    scheduling.contact_changed(ana, now=NOW)

    assert not works(token)
    assert Message.objects.filter(appointment=child, to=NEW).count() == 1


def test_a_booking_that_is_not_firm_yet_is_not_reminded_of(cast: Cast) -> None:
    HouseRules.objects.create(pk=1, address_proof=HouseRules.AddressProof.EVERYONE)
    Service.objects.update(reminder_hours=[24])
    unproved = visit(cast, "10:00")

    scheduling.contact_changed(unproved.patient, now=NOW)

    assert letters(unproved) == [("address_proof", "superseded"), ("address_proof", "queued")]


def test_what_is_over_is_not_written_about_again(cast: Cast, anas: Appointment) -> None:
    token = link(anas, expires_at=ONE + timedelta(days=1))

    scheduling.contact_changed(anas.patient, now=local(TUESDAY, "10:00"))

    assert not works(token)
    assert letters(anas) == [("confirmation", "queued")]


def test_a_place_on_the_list_an_offer_and_a_course_are_told_anew(
    cast: Cast, anas: Appointment
) -> None:
    entry, offer, course = other_things_of(anas, cast)
    tokens = [link(thing) for thing in (entry, offer, course)]
    for number, (kind, about) in enumerate(
        (("waiting", {"waiting_entry": entry}), ("offer", {"offer": offer}))
    ):
        Message.objects.create(
            kind=kind,
            to="ana@example.com",
            message_id=str(number),
            due_at=NOW,
            created_at=NOW,
            **about,
        )

    scheduling.contact_changed(anas.patient, now=NOW)

    assert [works(token) for token in tokens] == [False, False, False]
    owed = Message.objects.filter(appointment=None).order_by("pk")
    assert [(each.kind, each.state) for each in owed] == [
        ("waiting", "superseded"),
        ("offer", "superseded"),
        ("waiting", "queued"),
        ("offer", "queued"),
        ("course", "queued"),
    ]
    assert VisitLink.objects.filter(revoked_at=NOW).count() == 3
    assert anas.state == State.BOOKED


def test_the_letter_about_a_whole_course_does_not_go_to_the_old_address(cast: Cast) -> None:
    letter = owed(Message.Kind.COURSE_BOOKED, cast)
    Patient.objects.update(email=NEW)

    scheduling.contact_changed(Patient.objects.get(), now=NOW)

    assert Message.objects.waiting().exclude(to=NEW).count() == 0
    letter.refresh_from_db()
    assert letter.state == "superseded"
    sessions = Appointment.objects.filter(course=letter.course)
    assert [letters(each)[0] for each in sessions] == [("confirmation", "queued")] * len(sessions)


def on_the_day_it_is_completed(cast: Cast, visit: Appointment) -> None:
    scheduling.arrive(appointment=visit, by=cast.dina, now=ONE)
    scheduling.complete(appointment=visit, by=cast.dina, now=ONE)


def it_is_cancelled(cast: Cast, visit: Appointment) -> None:
    scheduling.cancel(appointment=visit, by=None, now=NOW)


@pytest.mark.parametrize("end", [on_the_day_it_is_completed, it_is_cancelled])
def test_what_waits_to_be_said_of_a_visit_that_is_over_or_off_goes_to_the_new_address(
    cast: Cast, anas: Appointment, end
) -> None:
    end(cast, anas)
    last = Message.objects.waiting().latest("pk")
    Patient.objects.filter(pk=anas.patient.pk).update(email=NEW)

    scheduling.contact_changed(Patient.objects.get(pk=anas.patient.pk), now=NOW)

    last.refresh_from_db()
    assert (last.to, last.state) == (NEW, "queued")
    assert last.kind in {"aftercare", "cancellation"}


def test_without_a_new_address_it_waits_no_more(cast: Cast, anas: Appointment) -> None:
    it_is_cancelled(cast, anas)
    Patient.objects.filter(pk=anas.patient.pk).update(email="")

    scheduling.contact_changed(Patient.objects.get(pk=anas.patient.pk), now=NOW)

    assert [state for _kind, state in letters(anas)] == ["superseded", "superseded"]


def test_a_new_link_to_a_visit_that_the_clinic_cannot_keep_asks_for_another_time(
    desk: Client, cast: Cast, anas: Appointment
) -> None:
    closure = Closure.objects.create(
        practitioner=cast.priya, starts_at=local(TUESDAY, "8:00"), ends_at=local(TUESDAY, "12:00")
    )
    scheduling.let_choose(closure=closure, appointment=anas, by=cast.dina, now=NOW)

    press(desk, anas, "send")

    assert [kind for kind, _state in letters(anas)] == [
        "confirmation",
        "choose_time",
        "choose_time",
    ]
