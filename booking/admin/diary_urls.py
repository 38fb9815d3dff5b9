"""The addresses under /admin/diary/; each asks for a login as the rest of admin does."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern, path

from booking.admin.diary_board import board_page, changed_columns
from booking.admin.diary_booking import book_page, fitting, found_patients
from booking.admin.diary_moves import move_page
from booking.admin.diary_visits import mark_on_board, visit_panel
from booking.admin.diary_why import why_page

app_name = "diary"


def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    return path(route, admin.site.admin_view(view), name=name)


urlpatterns = [
    page("", board_page, "board"),
    page("changed/", changed_columns, "changed"),
    page("book/", book_page, "book"),
    page("book/patients/", found_patients, "patients"),
    page("book/fitting/", fitting, "fitting"),
    page("visit/<int:pk>/", visit_panel, "visit"),
    page("visit/<int:pk>/mark/<slug:slug>/", mark_on_board, "mark"),
    page("visit/<int:pk>/move/", move_page, "move"),
    page("why/", why_page, "why"),
]
