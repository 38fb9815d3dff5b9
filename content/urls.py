from django.urls import path

from content import views

urlpatterns = [
    path("conditions/", views.conditions, name="conditions"),
    path("conditions/<slug:slug>/", views.condition, name="condition"),
    path("articles/", views.articles, name="articles"),
    path("articles/topics/<slug:slug>/", views.topic, name="topic"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("faqs/", views.faqs, name="faqs"),
    path("faqs/ask/", views.ask, name="ask"),
    path("faqs/ask/thank-you/", views.ask_thanks, name="ask_thanks"),
    path("faqs/<slug:slug>/feedback/", views.feedback, name="feedback"),
    path("faqs/<slug:slug>/feedback/thank-you/", views.feedback_thanks, name="feedback_thanks"),
    path("safety/", views.safety, name="safety"),
    path("search/", views.search, name="search"),
    path("leaflets/", views.leaflets, name="leaflets"),
    path("team/", views.team, name="team"),
    path("team/<slug:slug>/", views.practitioner, name="practitioner"),
    path("locations/<slug:slug>/", views.location, name="location"),
    *(
        path(f"{slug}/", views.page, {"slug": slug}, name=slug)
        for slug in ("prices", "about", "privacy", "accessibility")
    ),
    path("preview/<slug:kind>/<slug:key>/", views.preview, name="preview"),
    path("feed/", views.feed, name="feed"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("social/<slug:kind>/<slug:slug>.png", views.preview_picture_of, name="preview_picture"),
]
