"""The reports of what happened in the diary: a picture and its table each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from booking.admin.report_pictures import Series, bars, heat_map, shares
from booking.admin.report_tables import Section, Table, hours, percent
from booking.models import Source
from booking.reports import (
    LEAD_TIMES,
    Attendance,
    Load,
    Stretch,
    Utilisation,
    attendance,
    bookings,
    utilisation,
)
from clinic_site.local_time import WEEKDAYS

ALL = "Everyone"


def draw_utilisation(stretch: Stretch) -> list[Section]:
    found = utilisation(stretch)
    if not found.total.worked:
        return []
    days, total = found.weekdays, found.total
    names, loads = _by_person(found)
    summary = (
        f"{total.percent}% of the working time was booked: {hours(total.booked)} of "
        f"{hours(total.worked)}."
    )
    picture = heat_map(
        "Booked part of the working time, by practitioner and weekday",
        f"A cell for each practitioner and weekday, darker the more of it was booked. {summary}",
        names,
        [*(WEEKDAYS[day][:3] for day in days), "Week"],
        [[load.percent for load in row] for row in loads],
    )
    table = Table(
        "Hours booked, of hours worked",
        ["Practitioner", *(WEEKDAYS[day] for day in days), "Week"],
        [
            [name, *(_of_worked(load) for load in row)]
            for name, row in zip(names, loads, strict=True)
        ],
    )
    return [Section("By practitioner and weekday", table, picture, summary)]


def _by_person(found: Utilisation) -> tuple[list[str], list[list[Load]]]:
    """A row for each practitioner, the weekdays and then the week, and one for everyone."""
    names, days = list(found.by_person), found.weekdays
    loads = [
        [*(found.by_person[name].get(day, Load()) for day in days), found.of_person(name)]
        for name in names
    ]
    if len(names) > 1:
        names.append(ALL)
        loads.append([*(found.of_weekday(day) for day in days), found.total])
    return names, loads


def _of_worked(load: Load) -> str:
    if not load.worked:
        return f"{hours(load.booked)} outside hours" if load.booked else "–"
    return f"{hours(load.booked)} of {hours(load.worked)}"


def draw_bookings(stretch: Stretch) -> list[Section]:
    found = bookings(stretch)
    if not found.months:
        return []
    online, desk = found.of(Source.ONLINE), found.of(Source.DESK)
    summary = (
        f"{online + desk:,} visits were booked: {online:,} on the website "
        f"({percent(online, online + desk)}) and {desk:,} at the front desk."
    )
    leads = [words for words, _ in LEAD_TIMES]
    by_lead = _by_source(
        lambda source: [found.by_lead_time[number, source] for number in range(len(leads))]
    )
    months = [f"{month:%b %Y}" for month in found.months]
    by_month = _by_source(lambda source: [found.by_month[month, source] for month in found.months])
    return [
        Section(
            "How long before the visit",
            _source_table("Visits booked, by lead time", "Booked", leads, by_lead),
            bars("Visits booked, by lead time and source", summary, leads, by_lead),
            summary,
        ),
        Section(
            "By month",
            _source_table("Visits booked, by month", "Month", months, by_month),
            bars("Visits booked, by month and source", summary, months, by_month),
        ),
    ]


def _by_source(counts: Callable[[Source], list[int]]) -> list[Series]:
    return [
        Series(Source.ONLINE.label, "first", counts(Source.ONLINE)),
        Series(Source.DESK.label, "second", counts(Source.DESK)),
    ]


def _source_table(
    caption: str, what: str, labels: Sequence[str], series: Sequence[Series]
) -> Table:
    rows = []
    for number, label in enumerate(labels):
        counts = [each.values[number] or 0 for each in series]
        rows.append([label, *(f"{count:,}" for count in counts), f"{sum(counts):,}"])
    return Table(caption, [what, *(each.name for each in series), "Together"], rows)


def draw_attendance(stretch: Stretch) -> list[Section]:
    found = attendance(stretch)
    rows = [("With a reminder", found[True]), ("Without a reminder", found[False])]
    rows = [(label, counts) for label, counts in rows if counts.total]
    if not rows:
        return []
    summary = "; ".join(
        f"{label.lower()}, {percent(counts.no_show, counts.total)} did not come and "
        f"{percent(counts.late, counts.total)} cancelled late"
        for label, counts in rows
    )
    summary = f"{summary[0].upper()}{summary[1:]}."
    picture = shares(
        "Came, cancelled late or did not come, with and without a reminder",
        summary,
        [label for label, _ in rows],
        [
            Series("Came", "first", [counts.came for _, counts in rows]),
            Series("Cancelled late", "second", [counts.late for _, counts in rows]),
            Series("Did not come", "third", [counts.no_show for _, counts in rows]),
        ],
    )
    table = Table(
        "Visits, with and without a reminder",
        ["", "Came", "Cancelled late", "Did not come", "Visits"],
        [[label, *_with_shares(counts)] for label, counts in rows],
    )
    return [Section("With and without a reminder", table, picture, summary)]


def _with_shares(counts: Attendance) -> list[str]:
    parts = (counts.came, counts.late, counts.no_show)
    return [
        *(f"{part:,} ({percent(part, counts.total)})" for part in parts),
        f"{counts.total:,}",
    ]
