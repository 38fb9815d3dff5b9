from django.urls import path

from booking import views

urlpatterns = [
    path("book/", views.services, name="book"),
    path("book/details/", views.details, name="details"),
    path("book/check/", views.check, name="check"),
    path("book/done/", views.done, name="done"),
    path("book/hold/extend/", views.extend_hold, name="extend_hold"),
    path("book/hold/release/", views.release_hold, name="release_hold"),
    path("book/<slug:slug>/", views.times, name="times"),
]
