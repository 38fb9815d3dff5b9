"""A freed time that is kept for somebody: they look at it, and take it or say no."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import scheduling
from booking.absences import clinic_has_to
from booking.models import SlotOffer
from booking.views.answers import busy, see_other
from booking.views.visitor_rights import (
    ended_offer,
    grant_anew,
    linked_offer,
    name_of,
    no_link,
    shows_another,
)
from booking.visit_links import AFTER_THE_VISIT

YES, NO = "yes", "no"
NOT_READ = "We could not read your answer. Please choose one of the two buttons."
TAKEN = (
    "This time is no longer free, or you have another visit then. Nothing has changed. "
    "Please call us."
)
PLEASE_PHONE = (
    "We cannot book this time online. Please call us and we book it with you. "
    "It is kept for you until the hour below."
)
OPENED_ANOTHER = "You opened another offer meanwhile: this one. Nothing was changed."
VISIT_CHANGED = "The visit that this time was for has changed meanwhile. Please call us."

REFUSED: dict[type[Exception], str] = {
    scheduling.SlotTaken: TAKEN,
    scheduling.PleasePhone: PLEASE_PHONE,
    scheduling.WrongState: VISIT_CHANGED,
}


@require_http_methods(["GET", "HEAD", "POST"])
def slot_offer(request: HttpRequest) -> HttpResponse:
    offer = linked_offer(request)
    if offer is None:
        ended = ended_offer(request)
        return _over(request, ended) if ended else no_link(request)
    if shows_another(request, offer):
        return _page(request, offer, problem=OPENED_ANOTHER, status=409)
    if request.method == "POST":
        return _answer(request, offer)
    return _page(request, offer)


def _answer(request: HttpRequest, offer: SlotOffer) -> HttpResponse:
    """Sent twice, the second answer is that of the first; a right to the visit came with that."""
    answer, now = request.POST.get("answer"), timezone.now()
    was_open = offer.answer == SlotOffer.Answer.OPEN
    try:
        if answer == YES:
            visit = scheduling.accept_offer(offer=offer, by=None, now=now)
            if was_open:
                grant_anew(request, visit, expires_at=visit.ends_at + AFTER_THE_VISIT, now=now)
        elif answer == NO:
            scheduling.decline_offer(offer=offer, by=None, now=now)
        else:
            return _page(request, offer, problem=NOT_READ, status=400)
    except scheduling.OfferGone:
        return _page(request, SlotOffer.objects.get(pk=offer.pk), status=409)
    except tuple(REFUSED) as refusal:
        return _page(request, offer, problem=REFUSED[type(refusal)], status=409)
    except scheduling.DiaryBusy:
        return busy(request)
    return see_other("slot_offer")


def _page(
    request: HttpRequest, offer: SlotOffer, *, problem: str = "", status: int = 200
) -> HttpResponse:
    patient = offer.entry.patient
    context = {
        "offer": offer,
        "shown": name_of(offer),
        "entry": offer.entry,
        "service": offer.entry.service,
        "is_open": offer.answer == SlotOffer.Answer.OPEN and timezone.now() < offer.expires_at,
        "is_off": _is_off(offer),
        "is_for_another": patient.responsible_adult_id is not None,
        "problem": problem,
    }
    return render(request, "booking/offer.html", context, status=status)


def _over(request: HttpRequest, offer: SlotOffer) -> HttpResponse:
    """410: the link was good, and its time is over."""
    return render(request, "booking/offer_over.html", {"is_off": _is_off(offer)}, status=410)


def _is_off(offer: SlotOffer) -> bool:
    """Whether the visit that would move cannot stay where it is."""
    visit = offer.entry.appointment
    return visit is not None and clinic_has_to(visit)
