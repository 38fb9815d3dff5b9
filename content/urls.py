from django.urls import path

from content import views

urlpatterns = [
    path("conditions/", views.conditions, name="conditions"),
    path("conditions/<slug:slug>/", views.condition, name="condition"),
    path("articles/", views.articles, name="articles"),
    path("articles/topics/<slug:slug>/", views.topic, name="topic"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("faqs/", views.faqs, name="faqs"),
    path("team/<slug:slug>/", views.practitioner, name="practitioner"),
    path("locations/<slug:slug>/", views.location, name="location"),
    *(
        path(f"{slug}/", views.page, {"slug": slug}, name=slug)
        for slug in ("prices", "about", "privacy", "accessibility")
    ),
]
