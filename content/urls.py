from django.urls import path

from content import views

urlpatterns = [
    path("team/<slug:slug>/", views.practitioner, name="practitioner"),
    path("locations/<slug:slug>/", views.location, name="location"),
    path("privacy/", views.privacy, name="privacy"),
]
