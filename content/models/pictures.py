from __future__ import annotations

from django.db import models
from pictures.models import PictureField


class Picture(models.Model):
    """A photograph or drawing for a text; `::: photo 3` puts number 3 into one."""

    file = PictureField(
        upload_to="pictures/",
        aspect_ratios=[None, "3/2"],
        width_field="width",
        height_field="height",
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=80, help_text="For your own lists.")
    alt = models.CharField(
        "text alternative",
        max_length=160,
        blank=True,
        help_text="What the picture tells, in under 125 characters if you can.",
    )
    decorative = models.BooleanField(
        default=False, help_text="It tells nothing: screen readers pass over it."
    )
    caption = models.CharField(max_length=200, blank=True)
    credit = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decorative=True, alt="")
                | (models.Q(decorative=False) & ~models.Q(alt="")),
                name="picture_has_alt_text_or_is_decorative",
                violation_error_message="Write a text alternative, or tick “decorative”.",
            ),
        ]

    class Privacy:
        personal = frozenset[str]()
        not_personal = frozenset(
            {"id", "file", "width", "height", "title", "alt", "decorative", "caption", "credit"}
        )

    def __str__(self) -> str:
        return self.title
