"""The Atom feed of articles."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from content.addresses import absolute
from content.models import Article, Clinic
from content.printable import printable

NEWEST = 30


def article_feed(*, now: datetime) -> Atom1Feed:
    """The newest articles, each with its summary; readers come here for the rest."""
    clinic = Clinic.objects.get()
    feed = Atom1Feed(
        title=printable(f"{clinic.name}: articles"),
        link=absolute(reverse("articles")),
        description=clinic.tagline,
        feed_url=absolute(reverse("feed")),
        language="en-CA",
        author_name=printable(clinic.name),
    )
    newest = Article.objects.published(now).select_related("author", "topic")
    for article in newest.order_by("-publish_at", "title")[:NEWEST]:
        address = absolute(article.get_absolute_url())
        feed.add_item(
            title=printable(article.title),
            link=address,
            unique_id=address,
            description=printable(article.summary),
            pubdate=article.publish_at,
            updateddate=article.publish_at,
            author_name=printable(article.author.name if article.author else clinic.name),
            categories=[printable(article.topic.name)],
        )
    return feed
