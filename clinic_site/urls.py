from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path

from clinic_site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("content.urls")),
    path("", include("booking.urls")),
    path("admin/", include("booking.admin.report_urls")),
    path("admin/diary/", include("booking.admin.diary_urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz),
    path("readyz", views.readyz),
    # Uploaded pictures, with DEBUG alone: elsewhere the web server has them (docs/deploy.md).
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]

handler400 = "clinic_site.views.bad_request"
