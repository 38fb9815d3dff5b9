from content.views.articles import article, articles, topic
from content.views.clinic import location, page, practitioner, team
from content.views.conditions import condition, conditions
from content.views.faqs import ask, ask_thanks, faqs, feedback, feedback_thanks
from content.views.feeds import feed, robots, sitemap
from content.views.leaflets import leaflets
from content.views.preview import preview
from content.views.safety import safety
from content.views.search import search
from content.views.social import preview_picture_of

__all__ = [
    "article",
    "articles",
    "ask",
    "ask_thanks",
    "condition",
    "conditions",
    "faqs",
    "feed",
    "feedback",
    "feedback_thanks",
    "leaflets",
    "location",
    "page",
    "practitioner",
    "preview",
    "preview_picture_of",
    "robots",
    "safety",
    "search",
    "sitemap",
    "team",
    "topic",
]
