"""Addresses of the standalone product."""

from __future__ import annotations

from django.urls import include, path

from gonets.server.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("gonets.server.accounts.urls")),
    path("mailbox/", include("gonets.server.catcher.urls")),
    path("", include("gonets.web.urls")),
]
