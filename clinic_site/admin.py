"""How staff sign in: as Django's admin does it, with an end to guessing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone

from clinic_site.attempts import within_limit
from clinic_site.visitor_address import network_of

WITHIN = timedelta(minutes=15)
# A whole clinic may share one network; whoever is elsewhere can sign in all the same.
OF_ONE_LOGIN, OF_ONE_NETWORK = 10, 100
TOO_MANY = "Too many attempts to sign in. Wait a quarter of an hour, then try again."


class StaffSignInForm(AdminAuthenticationForm):
    """Counts before the password is looked at, so that a right guess too many is refused too."""

    def clean(self) -> dict[str, Any]:
        network = network_of(self.request) if self.request else ""
        login = self.cleaned_data.get("username", "").casefold()
        limits = {
            f"sign-in from {network}": OF_ONE_NETWORK,
            f"sign-in of {login} from {network}": OF_ONE_LOGIN,
        }
        for key, at_most in limits.items():
            if not within_limit(key, at_most=at_most, per=WITHIN, now=timezone.now()):
                raise ValidationError(TOO_MANY)
        return super().clean()


admin.site.login_form = StaffSignInForm
