"""The earlier-slot list: who waits for what, and what they were offered."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince

from booking.admin.search import patients_matching
from booking.admin.waiting_pages import WaitingPages, open_offer
from booking.admin.wording import in_zone, link_to, national, short_time, two_lines, who_comes
from booking.models import Patient, SlotOffer, WaitingEntry
from booking.waiting_list import UNANSWERED, offers_to_phone
from clinic_site.local_time import clock


class GoingOn(admin.SimpleListFilter):
    title = "what is going on"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        running = SlotOffer.objects.filter(answer=SlotOffer.Answer.OPEN)
        return [
            ("phone", f"Offered, no e-mail: please phone ({offers_to_phone().count()})"),
            ("offered", f"Offered at this moment ({running.count()})"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WaitingEntry]
    ) -> QuerySet[WaitingEntry]:
        if self.value() == "phone":
            return queryset.filter(pk__in=offers_to_phone().values("entry"))
        if self.value() == "offered":
            running = SlotOffer.objects.filter(answer=SlotOffer.Answer.OPEN)
            return queryset.filter(pk__in=running.values("entry"))
        return queryset


class OfferInline(admin.TabularInline):  # type: ignore[type-arg] # takes none at run time
    model = SlotOffer
    fields = readonly_fields = ("time", "practitioner", "location", "offered", "until", "answer")
    extra = 0
    can_delete = False
    ordering = ("-offered_at", "-pk")
    verbose_name_plural = "offers"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=in_zone("Time offered"))
    def time(self, offer: SlotOffer) -> str:
        return short_time(offer.starts_at)

    @admin.display(description=in_zone("Offered"))
    def offered(self, offer: SlotOffer) -> str:
        return short_time(offer.offered_at)

    @admin.display(description=in_zone("Kept until"))
    def until(self, offer: SlotOffer) -> str:
        return short_time(offer.expires_at)


@admin.register(WaitingEntry)
class WaitingEntryAdmin(WaitingPages):
    list_display = ("who", "reached_by", "wish", "last_day", "waits", "offer_now", "made")
    list_filter = (GoingOn, "state", "practitioner", "location", "service")
    list_select_related = (
        *("patient__responsible_adult", "service", "practitioner", "location", "appointment"),
    )
    search_fields = ("patient__name",)
    search_help_text = "Name, phone number in any format, or e-mail address."
    ordering = ("created_at", "pk")
    fields = readonly_fields = (
        *("who_waits", "reached_by", "wish", "earlier_than", "last_day", "state", "since"),
        "offers_made",
    )
    inlines = [OfferInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitingEntry]:
        rows: QuerySet[WaitingEntry] = super().get_queryset(request)
        return rows.annotate(
            made=Count("offers"),
            unanswered=Count("offers", filter=Q(offers__answer__in=UNANSWERED)),
            to_phone=Exists(offers_to_phone().filter(entry=OuterRef("pk"))),
        ).prefetch_related("offers")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found = patients_matching(Patient.objects.all(), search_term)
        return queryset.filter(patient__in=found.values("pk")), False

    @admin.display(description="Patient", ordering="patient__name")
    def who(self, entry: WaitingEntry) -> str:
        return who_comes(entry.patient)

    @admin.display(description="Patient")
    def who_waits(self, entry: WaitingEntry) -> str:
        return link_to(entry.patient, who_comes(entry.patient))

    @admin.display(description="Reached by")
    def reached_by(self, entry: WaitingEntry) -> str:
        contact = entry.patient.correspondent
        return two_lines(national(contact.phone), contact.email or "No e-mail: please phone")

    @admin.display(description="Would like")
    def wish(self, entry: WaitingEntry) -> str:
        if entry.by_clinic:
            return two_lines(entry.service.name, "Offered instead of a visit in a closure")
        with_whom = entry.practitioner.name if entry.practitioner else "anyone"
        where = entry.location.name if entry.location else "any location"
        when = f"{entry.days_in_words}, {entry.hours_in_words.lower()}"
        return two_lines(f"{entry.service.name} with {with_whom}, {where}", when)

    @admin.display(description="Earlier than")
    def earlier_than(self, entry: WaitingEntry) -> str:
        visit = entry.appointment
        return link_to(visit, short_time(visit.starts_at)) if visit else "–"

    @admin.display(description="Last day", ordering="until")
    def last_day(self, entry: WaitingEntry) -> str:
        return f"{entry.until:%a} {entry.until.day} {entry.until:%b %Y}"

    @admin.display(description="On the list", ordering="created_at")
    def waits(self, entry: WaitingEntry) -> str:
        if entry.state != WaitingEntry.State.WAITING:
            return entry.get_state_display()
        return f"Waiting for {timesince(entry.created_at, timezone.now(), depth=1)}"

    @admin.display(description=in_zone("Since"))
    def since(self, entry: WaitingEntry) -> str:
        return short_time(entry.created_at)

    @admin.display(description="Offers", ordering="made")
    def made(self, entry: Any) -> str:
        return str(entry.made)

    @admin.display(description="Offers")
    def offers_made(self, entry: Any) -> str:
        return f"{entry.made}, of which {entry.unanswered} did not suit"

    @admin.display(description="Offer at this moment")
    def offer_now(self, entry: Any) -> str:
        offer = open_offer(entry)
        if offer is None:
            return "–"
        until = f"until {clock(offer.expires_at)}"
        second_line = f"Please phone {until}" if entry.to_phone else f"Kept {until}"
        return two_lines(short_time(offer.starts_at), second_line)
