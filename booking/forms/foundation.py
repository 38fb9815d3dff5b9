"""What the forms have in common."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from django.core.validators import RegexValidator

# A line break in a name would end up in letters and calendar files; a change of the direction of
# writing would turn round what stands beside it on the desk's screen.
one_line = RegexValidator(
    r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]",
    "Use one line, without control characters.",
    inverse_match=True,
)


class PlainHelper(FormHelper):
    """Fields only: pages bring their own <form>, token and buttons."""

    form_tag = False
    disable_csrf = True
