"""Addresses of the preview: the page, the letter in its frame, saving, trying."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.composing import (
    preflight,
    preview,
    preview_letter,
    preview_saving,
    preview_sent,
    preview_text,
)

preview_addresses: list[URLPattern] = [
    path(
        "issues/<int:issue_id>/preview/",
        preview.issue_preview,
        name="issue-preview",
    ),
    path(
        "issues/<int:issue_id>/preview/checks/",
        preflight.issue_checks,
        name="issue-checks",
    ),
    path(
        "issues/<int:issue_id>/preview/looks/",
        preflight.issue_looks,
        name="issue-looks",
    ),
    path(
        "issues/<int:issue_id>/override/",
        preflight.issue_override,
        name="issue-override",
    ),
    path(
        "issues/<int:issue_id>/override/<int:override_id>/withdraw/",
        preflight.override_withdraw,
        name="override-withdraw",
    ),
    path(
        "issues/<int:issue_id>/preview/readers/",
        preview.issue_readers,
        name="issue-readers",
    ),
    path(
        "issues/<int:issue_id>/preview/neighbour/",
        preview.issue_neighbour,
        name="issue-neighbour",
    ),
    path(
        "issues/<int:issue_id>/letter/",
        preview_letter.issue_letter,
        name="issue-letter",
    ),
    path(
        "issues/<int:issue_id>/account/<int:delivery_id>/letter/",
        preview_sent.sent_letter,
        name="sent-letter",
    ),
    path(
        "issues/<int:issue_id>/account/<int:delivery_id>/letter/view/",
        preview_sent.sent_letter_view,
        name="sent-letter-view",
    ),
    path(
        "issues/<int:issue_id>/text-part/",
        preview_text.issue_text_part,
        name="issue-text-part",
    ),
    path(
        "issues/<int:issue_id>/text-part/words/",
        preview_text.issue_text_words,
        name="issue-text-words",
    ),
    path(
        "issues/<int:issue_id>/wording/",
        preview_saving.issue_wording,
        name="issue-wording",
    ),
    path(
        "issues/<int:issue_id>/test-letter/",
        preview_saving.issue_test_letter,
        name="issue-test-letter",
    ),
]
