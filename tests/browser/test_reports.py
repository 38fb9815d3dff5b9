"""Reports and the day sheet in a browser: accessible in both themes, and legible on paper."""

import io
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from booking.admin.reports import REPORTS
from booking.models import Closure, SlotOffer, WaitingEntry
from clinic_site.local_time import clinic_zone, local_day
from tests.booking import a_year
from tests.booking.steps import desk_visit
from tests.browser.accessibility import assert_accessible
from tests.cast import BEN, Cast, make_staff

pytest_plugins = ["tests.committed"]

REPORT = "/admin/reports/{}/"
ALL_SCREENS = [(theme, size) for theme in ("light", "dark") for size in ((1280, 900), (768, 1024))]
# In the short form each theme and each size once: colours are the same on every screen.
SCREENS = ALL_SCREENS if settings.PROVE else [ALL_SCREENS[0], ALL_SCREENS[-1]]
# Where somebody who wants to look at the pages gets their pictures.
PICTURES = os.environ.get("PICTURES", "")


def today() -> date:
    return local_day(timezone.now(), clinic_zone())


@pytest.fixture
def signed_in(page: Page, cast: Cast, site: str) -> Page:
    """Mara runs the clinic, and may look at visits."""
    browser = Client()
    browser.force_login(make_staff("mara", "Mara", "Engel", group="Manager"))
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
    return page


@pytest.fixture
def weeks(cast: Cast) -> None:
    """Some weeks until yesterday, with a waiting list."""
    year = a_year.fill(visits=1_600, people=4, first=today() - timedelta(days=20))
    anas = year.service.appointments.earliest("pk")
    assert anas.patient
    # A week without anybody, so that the next free time is some days away.
    Closure.objects.create(
        starts_at=timezone.now() - timedelta(days=20),
        ends_at=timezone.now() - timedelta(days=14),
        reason="Flood",
    )
    states = [*WaitingEntry.State.values, WaitingEntry.State.FULFILLED]
    for state in states:
        entry = WaitingEntry.objects.create(
            patient=anas.patient,
            service=year.service,
            until=today(),
            state=state,
            created_at=timezone.now() - timedelta(days=9),
        )
        SlotOffer.objects.create(
            entry=entry,
            starts_at=timezone.now(),
            practitioner=anas.practitioner,
            location=anas.location,
            offered_at=timezone.now() - timedelta(days=8),
            expires_at=timezone.now(),
            answer=SlotOffer.Answer.ACCEPTED,
            answered_at=timezone.now(),
        )


def looked_at(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def in_themes_and_sizes(page: Page) -> Iterator[str]:
    for theme, (width, height) in SCREENS:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": height})
        yield f"{theme}-{width}"


def assert_fits_and_is_accessible(page: Page) -> None:
    assert_accessible(page)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0


@pytest.mark.usefixtures("weeks")
@pytest.mark.prove
def test_every_report_is_accessible_in_both_themes(signed_in: Page) -> None:
    for slug in REPORTS:
        last = today() - timedelta(days=1)
        asked = f"?span=own&first={today() - timedelta(days=27)}&last={last}"
        signed_in.goto(REPORT.format(slug) + asked)
        expect(signed_in.get_by_role("img").first).to_be_visible()
        for name in in_themes_and_sizes(signed_in):
            looked_at(signed_in, f"report-{slug}-{name}")
            assert_fits_and_is_accessible(signed_in)


def test_the_overview_leads_to_each_report(signed_in: Page) -> None:
    signed_in.goto("/admin/reports/")
    assert_fits_and_is_accessible(signed_in)
    for report in REPORTS.values():
        link = signed_in.get_by_role("main").get_by_role("link", name=report.name, exact=True)
        expect(link).to_have_attribute("href", REPORT.format(report.slug))


def test_days_that_cannot_be_counted_are_explained(signed_in: Page) -> None:
    signed_in.goto(f"{REPORT.format('bookings')}?span=own")

    expect(signed_in.get_by_text("Choose the first and the last day.")).to_be_visible()
    assert_fits_and_is_accessible(signed_in)


@pytest.fixture
def tomorrow(cast: Cast) -> date:
    """Two visits of tomorrow, on whatever day of the week it is."""
    day = today() + timedelta(days=1)
    reason = {"overbooking_reason": "Asked for", "now": timezone.now(), "day": day}
    desk_visit(cast, "10:00", **reason)
    desk_visit(cast, "13:00", person=BEN, practitioner=cast.tomas, **reason)
    return day


@pytest.mark.prove
def test_the_list_offers_to_take_it_along(signed_in: Page, tomorrow: date) -> None:
    signed_in.goto(f"/admin/booking/appointment/?day={tomorrow}")
    for name in in_themes_and_sizes(signed_in):
        looked_at(signed_in, f"list-{name}")
        assert_fits_and_is_accessible(signed_in)
    with signed_in.expect_download() as taken:
        signed_in.get_by_role("button", name="Export as CSV").click()

    rows = taken.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [row.split('","')[9] for row in rows] == ["Patient", "Ana Lopez", "Ben Carter"]


@pytest.mark.prove
def test_the_day_sheet_is_accessible_and_prints_on_a_page_each(
    signed_in: Page, tomorrow: date
) -> None:
    signed_in.goto(f"/admin/diary/sheet/?date={tomorrow}")
    for name in in_themes_and_sizes(signed_in):
        looked_at(signed_in, f"sheet-{name}")
        assert_fits_and_is_accessible(signed_in)

    signed_in.emulate_media(media="print", color_scheme="dark")
    looked_at(signed_in, "sheet-print")
    expect(signed_in.locator("#header")).not_to_be_visible()
    expect(signed_in.locator(".narrow")).not_to_be_visible()
    black_on_white = signed_in.locator(".sheet td").first.evaluate(
        "cell => [getComputedStyle(cell).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert black_on_white == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    for paper in ("A4", "Letter"):
        printed = signed_in.pdf(format=paper)
        if PICTURES:
            (Path(PICTURES) / f"sheet-{paper}.pdf").write_bytes(printed)
        priyas, tomass, rooms = (
            " ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(printed)).pages
        )
        assert priyas.startswith("Priya Nair, Riverside")
        assert ("Ana Lopez" in priyas, "Ben Carter" in priyas) == (True, False)
        assert "Room 1 (780) 555-0150" in priyas
        assert tomass.startswith("Tomas Costa, Riverside")
        assert ("Ana Lopez" in tomass, "Ben Carter" in tomass) == (False, True)
        assert rooms.startswith("Rooms, Riverside")
        assert "10:00 am to 11:00 am Priya Nair First visit" in rooms
