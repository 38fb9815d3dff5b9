"""What the clinic publishes, in Django admin: one module for each kind of thing."""

from content.admin import clinic, library, pictures, publications, questions, safety

__all__ = ["clinic", "library", "pictures", "publications", "questions", "safety"]
