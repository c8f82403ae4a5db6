"""Addresses of an issue's history and of those who are at it together."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.composing import together

together_addresses: list[URLPattern] = [
    path(
        "issues/<int:issue_id>/together/",
        together.issue_together,
        name="issue-together",
    ),
    path(
        "issues/<int:issue_id>/presence/",
        together.issue_presence,
        name="issue-presence",
    ),
]
