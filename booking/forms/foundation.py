"""What the forms have in common."""

from __future__ import annotations

from django.core.validators import RegexValidator

# A line break in a name would end up in letters and calendar files; a change of the direction of
# writing would turn round what stands beside it on the desk's screen.
one_line = RegexValidator(
    r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]",
    "Use one line, without control characters.",
    inverse_match=True,
)
