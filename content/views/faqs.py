"""Frequent questions, whether an answer helped, and questions of readers."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic_site.attempts import too_many, within_limit
from clinic_site.visitor_address import network_of
from content.addresses import preview_picture
from content.forms import QuestionForm
from content.head import Head
from content.models import ReaderQuestion
from content.reading.faqs import count_feedback, faq_page, published_faqs
from content.structured_data import faq_things
from content.views.answers import show

ASKED_AT_MOST, ASKED_WITHIN = 5, timedelta(hours=1)
# As many as a reader may say of all questions; more are thanked for, and not counted.
SAID_AT_MOST, SAID_WITHIN = 40, timedelta(hours=1)


@require_safe
def faqs(request: HttpRequest) -> HttpResponse:
    page = faq_page(now=timezone.now())
    head = Head(
        title="Questions about dry needling",
        description="Short answers to what people ask about dry needling, with their sources: "
        "does it hurt, does it work, what can go wrong, what to do afterwards.",
        path=reverse("faqs"),
        picture=preview_picture("site", "faqs"),
        things=faq_things(page.answers),
    )
    return show(request, "content/faqs.html", page, head, clinical=True)


@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks on a page of its own whether an answer helped: its form needs a cookie, which the page
    with the answers does not set."""
    faq = get_object_or_404(published_faqs(timezone.now()), slug=slug)
    if request.method == "POST":
        if request.POST.get("helped") not in {"yes", "no"}:
            return render(request, "content/feedback.html", {"faq": faq}, status=400)
        key = f"feedback from {network_of(request)}"
        if within_limit(key, at_most=SAID_AT_MOST, per=SAID_WITHIN, now=timezone.now()):
            count_feedback(faq, helped=request.POST["helped"] == "yes")
        return redirect("feedback_thanks", slug=slug)
    return render(request, "content/feedback.html", {"faq": faq})


@require_safe
def feedback_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    faq = get_object_or_404(published_faqs(timezone.now()), slug=slug)
    return render(request, "content/feedback_thanks.html", {"faq": faq})


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """A reader's question to the front desk; it is never published."""
    if request.method != "POST":
        return render(request, "content/ask.html", {"form": QuestionForm()})
    now, key = timezone.now(), f"question from {network_of(request)}"
    if not within_limit(key, at_most=ASKED_AT_MOST, per=ASKED_WITHIN, now=now):
        sentence = "Your network has sent many questions. Please try again in an hour."
        return too_many(request, sentence, wait=ASKED_WITHIN)
    form = QuestionForm(request.POST)
    if form.by_a_program:
        return redirect("ask_thanks")
    if not form.is_valid():
        return render(request, "content/ask.html", {"form": form}, status=400)
    ReaderQuestion.objects.create(
        text=form.cleaned_data["text"],
        email=form.cleaned_data["email"],
        asked_at=now,
    )
    return redirect("ask_thanks")


@require_safe
def ask_thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "content/ask_thanks.html")
