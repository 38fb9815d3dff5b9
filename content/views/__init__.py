from content.views.articles import article, articles, topic
from content.views.clinic import location, page, practitioner
from content.views.conditions import condition, conditions
from content.views.faqs import faqs

__all__ = [
    "article",
    "articles",
    "condition",
    "conditions",
    "faqs",
    "location",
    "page",
    "practitioner",
    "topic",
]
