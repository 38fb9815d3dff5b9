"""The list of appointments as a file: what the list shows, and a record of who took it along."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from booking.admin.day_sheet import safety_word
from booking.admin.foundation import ReadOnlyAdmin
from booking.admin.spreadsheets import Cell, Row, csv_lines, write_xlsx
from booking.admin.wording import ZONE, phone_of, who_comes
from booking.models import Appointment
from clinic_site.local_time import clinic_zone, local_day

MAY_EXPORT = "booking.export_visits"
MAY_SEE_HEALTH = "booking.read_all_answers"
AT_ONCE = 2_000
# Up to this size an XLSX file waits in memory for its reader.
IN_MEMORY = 2 * 1024 * 1024

Column = tuple[str, Callable[[Appointment], Cell]]

COLUMNS: tuple[Column, ...] = (
    ("Reference", lambda visit: visit.reference),
    ("Weekday", lambda visit: f"{visit.starts_at.astimezone(clinic_zone()):%A}"),
    (f"When ({ZONE})", lambda visit: visit.starts_at.astimezone(clinic_zone())),
    ("Practitioner", lambda visit: visit.practitioner.name),
    ("Location", lambda visit: visit.location.name),
    ("Room", lambda visit: visit.room.name),
    ("Service", lambda visit: visit.service_name),
    ("State", lambda visit: visit.get_state_display()),
    ("Booked through", lambda visit: visit.get_source_display()),
    ("Patient", lambda visit: who_comes(visit.patient)),
    ("Phone", phone_of),
    ("E-mail", lambda visit: visit.patient.correspondent.email if visit.patient else ""),
    (f"Booked on ({ZONE})", lambda visit: visit.created_at.astimezone(clinic_zone())),
)
# Only for those who may read every patient's answers.
HEALTH_COLUMNS: tuple[Column, ...] = (
    ("What it is about", lambda visit: visit.about),
    ("Safety questions", lambda visit: safety_word(visit.screening)),
)


class ExportPages(ReadOnlyAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        return [
            path("export/", view, name="booking_appointment_export"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The visits of the list whose address follows the question mark, all pages of it."""
        user = request.user
        if not isinstance(user, User) or not user.has_perm(MAY_EXPORT):
            raise PermissionDenied
        if not self.has_view_permission(request):
            raise PermissionDenied
        kind = request.POST.get("format", "")
        if kind not in ANSWERS:
            raise BadRequest("Choose CSV or XLSX.")
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            messages.error(request, "Nothing was exported: these filters cannot be read.")
            return HttpResponseRedirect(reverse("admin:booking_appointment_changelist"))
        visits = _exported(listed.queryset)
        with_health = user.has_perm(MAY_SEE_HEALTH)
        record(user, request, kind, count=visits.count(), with_health=with_health)
        columns = COLUMNS + HEALTH_COLUMNS if with_health else COLUMNS
        return ANSWERS[kind](_rows(visits, columns))


def _exported(visits: QuerySet[Any]) -> QuerySet[Any]:
    """Only what the columns show is read: no offers, no answers, no texts about practitioners."""
    return (
        visits.exclude(patient=None)
        .prefetch_related(None)
        .select_related(
            *("patient__responsible_adult", "practitioner", "location", "room", "screening"),
        )
        .defer("practitioner__bio", "screening__sealed_answers")
    )


def _rows(visits: QuerySet[Any], columns: Iterable[Column]) -> Iterator[Row]:
    columns = tuple(columns)
    yield [heading for heading, _ in columns]
    for visit in visits.iterator(chunk_size=AT_ONCE):
        yield [value(visit) for _, value in columns]


def record(user: User, request: HttpRequest, kind: str, *, count: int, with_health: bool) -> None:
    """Who took how many visits along, and by which filters. What was searched for may be a name,
    so only that there was a search is kept."""
    filters = [
        f"{name}={value}" if name != "q" else "a search"
        for name, value in sorted(request.GET.items())
    ]
    health = "with" if with_health else "without"
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Appointment),
        object_id=None,
        object_repr=f"Export of {count} visits",
        action_flag=CHANGE,
        change_message=(
            f"Exported {count} visits as {kind.upper()}, {health} health data. "
            f"Filters: {', '.join(filters) or 'none, so today'}."
        ),
    )


def csv_answer(rows: Iterable[Row]) -> HttpResponseBase:
    answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name("csv")}"'
    return answer


def xlsx_answer(rows: Iterable[Row]) -> HttpResponseBase:
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    write_xlsx(file, rows, title="Visits")
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=_file_name("xlsx"),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _file_name(kind: str) -> str:
    return f"visits-{local_day(timezone.now(), clinic_zone()):%Y-%m-%d}.{kind}"


ANSWERS: dict[str, Callable[[Iterable[Row]], HttpResponseBase]] = {
    "csv": csv_answer,
    "xlsx": xlsx_answer,
}
