from django.contrib import admin
from django.urls import include, path

from clinic_site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("content.urls")),
    path("", include("booking.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
]

handler400 = "clinic_site.views.bad_request"
