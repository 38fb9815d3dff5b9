# ruff: noqa: FBT001 - the signatures are Django's own
"""When the clinic works: weekly windows, closures and extra hours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from booking.absences import visits_within
from booking.admin.absences import AbsencePages, rearrange_link
from booking.admin.foundation import DiaryAdmin, WholeRowForm
from booking.admin.wording import ZONE, in_zone, link_to, short_time, who_comes
from booking.models import Appointment, Closure, ExtraHours, WorkingHours

MOST_WARNED_OF = 10
WALL_CLOCK = f"The clinic’s wall clock: {ZONE}."


class WorkingHoursForm(WholeRowForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = {"practitioner", "weekday", "starts_at", "ends_at"}
        if needed <= cleaned.keys() and (other := self._overlapping(cleaned)):
            self.add_error(
                "starts_at",
                f"{other.practitioner} works at {other.location} then already: "
                f"{other.get_weekday_display()} {other.starts_at:%H:%M}–{other.ends_at:%H:%M}.",
            )
        return cleaned

    def _overlapping(self, cleaned: dict[str, Any]) -> WorkingHours | None:
        others = WorkingHours.objects.filter(
            practitioner=cleaned["practitioner"],
            weekday=cleaned["weekday"],
            starts_at__lt=cleaned["ends_at"],
            ends_at__gt=cleaned["starts_at"],
        )
        if first := cleaned.get("valid_from"):
            others = others.filter(Q(valid_to=None) | Q(valid_to__gte=first))
        if last := cleaned.get("valid_to"):
            others = others.filter(Q(valid_from=None) | Q(valid_from__lte=last))
        return others.exclude(pk=self.instance.pk).select_related("location").first()


@admin.register(WorkingHours)
class WorkingHoursAdmin(DiaryAdmin):
    form = WorkingHoursForm
    list_display = ("practitioner", "weekday", "window", "location", "valid_from", "valid_to")
    list_display_links = ("practitioner", "weekday")
    list_filter = ("practitioner", "location", "weekday")
    list_select_related = ("practitioner", "location")
    ordering = ("practitioner__order", "practitioner__name", "weekday", "starts_at")
    save_as = True
    fieldsets = (
        (None, {"fields": ("practitioner", "location", "weekday")}),
        (None, {"fields": ("starts_at", "ends_at"), "description": WALL_CLOCK}),
        (
            "Only for a while",
            {
                "fields": ("valid_from", "valid_to"),
                "description": "To change the hours from a day on, end these windows the day "
                "before and add new ones: visits that are booked keep their times.",
            },
        ),
    )

    @admin.display(description=in_zone("Window"), ordering="starts_at")
    def window(self, hours: WorkingHours) -> str:
        return f"{hours.starts_at:%H:%M}–{hours.ends_at:%H:%M}"


class InstantsAdmin(DiaryAdmin):
    """Rows from one instant to another, listed with weekday and zone."""

    date_hierarchy = "starts_at"
    ordering = ("-starts_at",)
    list_select_related = ("practitioner", "location")

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Each half of a moment gets a name of its own, which Django's widget leaves out."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            for half, name in zip(field.widget.widgets, ("date", "time"), strict=True):
                half.attrs["aria-label"] = f"{field.label}: {name}"
        return field

    @admin.display(description=in_zone("From"), ordering="starts_at")
    def begins(self, row: Closure | ExtraHours) -> str:
        return short_time(row.starts_at)

    @admin.display(description=in_zone("To"), ordering="ends_at")
    def ends(self, row: Closure | ExtraHours) -> str:
        return short_time(row.ends_at)


def listed(visits: Iterable[Appointment]) -> SafeString:
    rows = (
        (link_to(visit, short_time(visit.starts_at)), who_comes(visit.patient), visit.practitioner)
        for visit in visits
    )
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}, {}, with {}</li>", rows))


def still_booked(visits: QuerySet[Appointment], closure: Closure) -> SafeString:
    """The warning on saving a closure; the closure's own page lists every visit."""
    count = len(visits)
    more = format_html(
        "{} and {} more.",
        link_to(closure, "The closure’s page lists these"),
        count - MOST_WARNED_OF,
    )
    return format_html(
        "{} booked in this time. The closure does not cancel them: {}.{}{}",
        "1 visit is" if count == 1 else f"{count} visits are",
        rearrange_link(closure, "ask the patients to take another time"),
        listed(visits[:MOST_WARNED_OF]),
        more if count > MOST_WARNED_OF else "",
    )


def why_kept(closure: Closure) -> str:
    count = closure.rearrangements.count()
    patients = "1 patient was" if count == 1 else f"{count} patients were"
    return (
        f"{closure}: {patients} asked to take another time because of it, and what became of that "
        "is kept with it. To open the time again, let the closure end earlier: its page of visits "
        "then lists who has to be told."
    )


@admin.register(Closure)
class ClosureAdmin(AbsencePages, InstantsAdmin):
    list_display = ("begins", "ends", "who_is_closed", "reason")
    list_filter = ("practitioner", "location")
    search_fields = ("reason",)
    readonly_fields = ("standing_visits",)
    fieldsets = (
        (
            None,
            {
                "fields": ("practitioner", "location"),
                "description": "Choose a practitioner or a location. Leave both empty to close "
                "the whole clinic.",
            },
        ),
        (None, {"fields": ("starts_at", "ends_at"), "description": WALL_CLOCK}),
        (None, {"fields": ("reason",)}),
    )
    and_its_visits = ("Visits in this time", {"fields": ("standing_visits",)})

    def get_fieldsets(self, request: HttpRequest, obj: Closure | None = None) -> Any:
        return (*self.fieldsets, self.and_its_visits) if obj else self.fieldsets

    @admin.display(description="Who is closed")
    def who_is_closed(self, closure: Closure) -> str:
        return str(closure.practitioner or closure.location or "Whole clinic")

    @admin.display(description="Still booked")
    def standing_visits(self, closure: Closure) -> str:
        visits = visits_within(closure)
        if not visits:
            return "None."
        return format_html("{}{}", listed(visits), rearrange_link(closure, "Rearrange them"))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Who was asked is kept with the closure, and what to do instead is told."""
        rows, counts, lacking, protected = super().get_deleted_objects(objs, request)
        kept = [why_kept(each) for each in objs if each.rearrangements.exists()]
        return rows, counts, lacking, kept or protected

    def save_model(
        self, request: HttpRequest, obj: Closure, form: WholeRowForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        visits = visits_within(obj)
        if visits:
            messages.warning(request, still_booked(visits, obj))


class ExtraHoursForm(WholeRowForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"practitioner", "starts_at", "ends_at"} <= cleaned.keys():
            return cleaned
        other = (
            ExtraHours.objects.filter(
                practitioner=cleaned["practitioner"],
                starts_at__lt=cleaned["ends_at"],
                ends_at__gt=cleaned["starts_at"],
            )
            .exclude(pk=self.instance.pk)
            .first()
        )
        if other:
            self.add_error(
                None,
                f"{other.practitioner} has extra hours at {other.location} then already, from "
                f"{short_time(other.starts_at)} to {short_time(other.ends_at)}.",
            )
        return cleaned


@admin.register(ExtraHours)
class ExtraHoursAdmin(InstantsAdmin):
    form = ExtraHoursForm
    list_display = ("begins", "ends", "practitioner", "location")
    list_filter = ("practitioner", "location")
    fieldsets = (
        (None, {"fields": ("practitioner", "location")}),
        (None, {"fields": ("starts_at", "ends_at"), "description": WALL_CLOCK}),
    )
