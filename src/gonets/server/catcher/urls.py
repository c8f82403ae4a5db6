"""Addresses of the mailbox."""

from __future__ import annotations

from django.urls import path

from gonets.server.catcher import views

urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("empty/", views.empty, name="mailbox-empty"),
    path("<int:letter_id>/", views.letter, name="mailbox-letter"),
    path("<int:letter_id>/html/", views.letter_html, name="mailbox-html"),
    path("<int:letter_id>/source/", views.letter_source, name="mailbox-source"),
]
