"""How long a text may be. What PostgreSQL finds the words of one page in, a tsvector, holds less
than a megabyte, for all parts of the page together."""

from django.core.validators import MaxLengthValidator

TOO_LONG = "Use at most %(limit_value)d characters. This text has %(show_value)d."

# An article, an answer or a page; each part of a condition, a person or a location; a safety rule.
WHOLE_TEXT = MaxLengthValidator(100_000, TOO_LONG)
PART = MaxLengthValidator(20_000, TOO_LONG)
RULE = MaxLengthValidator(2_000, TOO_LONG)
