"""Adding a child or a person in care to the adult whom letters and calls go to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking.admin.wording import page_of
from booking.forms import one_line
from booking.models import Patient
from booking.registration import in_the_care_of


class DependantForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        validators=[one_line],
        help_text="Letters and calls about them go to the adult.",
        widget=forms.TextInput(attrs={"size": "40", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def dependant_page(request: HttpRequest, pk: int, context: dict[str, Any]) -> HttpResponse:
    if not request.user.has_perm("booking.add_patient"):
        raise PermissionDenied
    # Who is in somebody's care cares for nobody here.
    adult = get_object_or_404(Patient, pk=pk, responsible_adult=None, merged_into=None)
    form = DependantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        dependant = in_the_care_of(adult, form.cleaned_data["name"], now=timezone.now())
        messages.success(request, f"{dependant} is in the care of {adult}.")
        return HttpResponseRedirect(page_of(dependant))
    context |= {"title": f"Someone in the care of {adult}", "adult": adult, "form": form}
    template = "admin/booking/patient/dependant.html"
    return TemplateResponse(request, template, context, status=400 if form.errors else 200)
