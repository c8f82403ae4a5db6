"""Addresses of the newsletter desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "gonets"
urlpatterns: list[URLPattern | URLResolver] = []
