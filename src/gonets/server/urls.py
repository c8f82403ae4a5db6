"""Addresses of the standalone product."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("gonets.web.urls"))]
