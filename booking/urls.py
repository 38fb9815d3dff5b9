from django.urls import path

from booking import views

urlpatterns = [
    path("book/", views.services, name="book"),
    path("book/details/", views.details, name="details"),
    path("book/safety/", views.safety, name="safety_questions"),
    path("book/safety/call-first/", views.call_first, name="call_first"),
    path("book/safety/given-back/", views.given_back, name="given_back"),
    path("book/check/", views.check, name="check"),
    path("book/done/", views.done, name="done"),
    path("book/hold/release/", views.release_hold, name="release_hold"),
    path("v/<str:token>", views.open_link, name="visit_link"),
    path("visit/", views.visit, name="visit"),
    path("visit/calendar.ics", views.visit_calendar, name="visit_calendar"),
    path("visit/confirm/", views.confirm_attendance, name="visit_confirm"),
    path("visit/prove/", views.prove_address, name="visit_prove"),
    path("visit/move/", views.move, name="visit_move"),
    path("visit/move/check/", views.move_check, name="visit_move_check"),
    path("visit/cancel/", views.cancel, name="visit_cancel"),
    path("visit/changed/", views.changed, name="visit_changed"),
    path("visit/undo/", views.undo, name="visit_undo"),
    path("find-my-visit/", views.find_visit, name="find_visit"),
    path("find-my-visit/sent/", views.find_visit_sent, name="find_visit_sent"),
    path("course/", views.course, name="course"),
    path("calendars/<str:token>.ics", views.calendar_feed, name="calendar_feed"),
    path("waiting-list/", views.waiting_list, name="waiting_list"),
    path("waiting-list/joined/", views.waiting_joined, name="waiting_joined"),
    path("waiting-list/mine/", views.waiting_entry, name="waiting_entry"),
    path("waiting-list/offer/", views.slot_offer, name="slot_offer"),
    path("book/<slug:slug>/", views.times, name="times"),
]
