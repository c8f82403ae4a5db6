"""Addresses of rehearsals: the page, its looks, its buttons, the file."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.sending import rehearsal

rehearsal_addresses: list[URLPattern] = [
    path(
        "issues/<id:issue_id>/rehearsal/",
        rehearsal.issue_rehearsal,
        name="issue-rehearsal",
    ),
    path(
        "issues/<id:issue_id>/rehearsal/start/",
        rehearsal.issue_rehearsal_start,
        name="issue-rehearsal-start",
    ),
    path(
        "issues/<id:issue_id>/rehearsal/stop/",
        rehearsal.issue_rehearsal_stop,
        name="issue-rehearsal-stop",
    ),
    path(
        "issues/<id:issue_id>/rehearsal/live/",
        rehearsal.issue_rehearsal_live,
        name="issue-rehearsal-live",
    ),
    path(
        "issues/<id:issue_id>/rehearsal.csv",
        rehearsal.issue_rehearsal_csv,
        name="issue-rehearsal-csv",
    ),
]
