"""Addresses of this area."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.newsletters import issues, newsletters, rules, schedule, settings

urlpatterns: list[URLPattern] = [
    path("", newsletters.newsletter_list, name="newsletters"),
    path("newsletters/archive/", newsletters.archive, name="newsletters-archive"),
    path(
        "newsletters/selected/", newsletters.act_on_selected, name="newsletter-selected"
    ),
    path("newsletters/new/", settings.newsletter_create, name="newsletter-create"),
    path(
        "newsletters/<id:newsletter_id>/",
        settings.newsletter_edit,
        name="newsletter-edit",
    ),
    path(
        "newsletters/<id:newsletter_id>/unarchive/",
        newsletters.newsletter_unarchive,
        name="newsletter-unarchive",
    ),
    path(
        "newsletters/<id:newsletter_id>/drafts/",
        newsletters.newsletter_drafts,
        name="newsletter-drafts",
    ),
    path(
        "newsletters/<id:newsletter_id>/prepare/",
        newsletters.issue_prepare,
        name="issue-prepare",
    ),
    path(
        "newsletters/<id:newsletter_id>/schedule/",
        schedule.newsletter_schedule,
        name="newsletter-schedule",
    ),
    path(
        "newsletters/<id:newsletter_id>/schedule/preview/",
        schedule.schedule_preview,
        name="schedule-preview",
    ),
    path(
        "newsletters/<id:newsletter_id>/schedule/skip/",
        schedule.schedule_skip,
        name="schedule-skip",
    ),
    path(
        "newsletters/<id:newsletter_id>/schedule/stop/",
        schedule.schedule_stop,
        name="schedule-stop",
    ),
    path("newsletters/rule/", rules.rule_preview, name="rule-preview"),
    path("planned/", issues.planned, name="planned"),
    path("planned/selected/", issues.act_on_planned, name="planned-selected"),
    path("sent/", issues.sent, name="sent"),
    path("sent/selected/", issues.act_on_sent, name="sent-selected"),
    path("issues/<id:issue_id>/", issues.issue_open, name="issue-open"),
    path("issues/<id:issue_id>/status/", issues.issue_status, name="issue-status"),
]
