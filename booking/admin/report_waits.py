"""The reports of how long people wait, and of the waiting list: a picture and its table each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from booking.admin.report_pictures import Series, bars, curve
from booking.admin.report_tables import Section, Table, percent
from booking.models import SlotOffer, WaitingEntry
from booking.reports import HORIZON, Stretch, next_free, waiting


def draw_next_free(stretch: Stretch) -> list[Section]:
    weeks = next_free(stretch)
    if not weeks:
        return []
    latest = weeks[-1]
    summary = (
        f"On {_day(latest.monday)}, the last Monday of these days, the first free time "
        f"with anyone {_wait(latest.soonest)}; with the middle one of the practitioners it "
        f"{_wait(latest.middle)}."
    )
    picture = curve(
        "Days to the next free time for a first visit, on each Monday",
        summary,
        [f"{week.monday.day} {week.monday:%b}" for week in weeks],
        [
            Series("With anyone", "first", [week.soonest for week in weeks]),
            Series("With the middle practitioner", "third", [week.middle for week in weeks]),
        ],
        most=HORIZON.days,
    )
    table = Table(
        "Days to the next free time for a first visit",
        ["Monday", "With anyone", "With the middle practitioner"],
        [[_day(week.monday), _days(week.soonest), _days(week.middle)] for week in weeks],
    )
    return [Section("Week by week", table, picture, summary)]


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _days(days: int | None) -> str:
    if days is None:
        return f"none in {HORIZON.days} days"
    return "same day" if days == 0 else f"{days} day{'' if days == 1 else 's'}"


def _wait(days: int | None) -> str:
    if days is None:
        return f"was more than {HORIZON.days} days away"
    return "was on the same day" if days == 0 else f"was {_days(days)} away"


def draw_waiting(stretch: Stretch) -> list[Section]:
    found = waiting(stretch)
    sections = []
    if found.entries:
        summary = (
            f"{found.fulfilled:,} of {found.ended:,} entries that ended got a time "
            f"({percent(found.fulfilled, found.ended)})."
        )
        sections.append(_counts("Entries", found.entries, WaitingEntry.State.choices, summary))
    if found.offers:
        sent = sum(found.offers.values())
        accepted = found.offers.get(SlotOffer.Answer.ACCEPTED, 0)
        summary = f"{accepted:,} of {sent:,} offers were accepted ({percent(accepted, sent)})."
        sections.append(_counts("Offers", found.offers, SlotOffer.Answer.choices, summary))
    return sections


def _counts(
    heading: str, counts: dict[str, int], choices: Sequence[tuple[str, str]], summary: str
) -> Section:
    labels = [label for _, label in choices]
    values = [counts.get(value, 0) for value, _ in choices]
    whole = sum(values)
    rows = [
        [label, f"{value:,}", percent(value, whole)]
        for label, value in zip(labels, values, strict=True)
    ]
    shown = [label.partition(":")[0] for label in labels]
    picture = bars(
        f"{heading}, by what became of them", summary, shown, [Series(heading, "first", values)]
    )
    table = Table(f"{heading}, by what became of them", [heading, "Number", "Part"], rows)
    return Section(heading, table, picture, summary)
