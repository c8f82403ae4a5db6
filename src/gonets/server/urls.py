"""Addresses of the standalone product."""

from __future__ import annotations

from django.urls import include, path

from gonets.api.urls import api_urls
from gonets.server.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("gonets.server.accounts.urls")),
    path("api/", api_urls),
    path("mailbox/", include("gonets.server.catcher.urls")),
    path("", include("gonets.web.urls")),
]
