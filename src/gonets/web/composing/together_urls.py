"""Addresses of an issue's history and of those who are at it together."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.composing import together, versions

together_addresses: list[URLPattern] = [
    path(
        "issues/<id:issue_id>/together/",
        together.issue_together,
        name="issue-together",
    ),
    path(
        "issues/<id:issue_id>/presence/",
        together.issue_presence,
        name="issue-presence",
    ),
    path(
        "issues/<id:issue_id>/versions/",
        versions.issue_versions,
        name="issue-versions",
    ),
    path(
        "issues/<id:issue_id>/versions/<id:edition>/",
        versions.issue_version,
        name="issue-version",
    ),
    path(
        "issues/<id:issue_id>/versions/<id:edition>/letter/",
        versions.issue_version_letter,
        name="issue-version-letter",
    ),
    path(
        "issues/<id:issue_id>/versions/<id:edition>/restore/",
        versions.issue_version_restore,
        name="issue-version-restore",
    ),
    path(
        "issues/<id:issue_id>/versions/<id:edition>/name/",
        versions.issue_version_name,
        name="issue-version-name",
    ),
]
