"""Addresses of refreshing an issue from the site."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.composing import refreshing

START = "issues/<id:issue_id>/refresh/"

refreshing_addresses: list[URLPattern] = [
    path(START, refreshing.issue_refresh, name="issue-refresh"),
    path(f"{START}news/", refreshing.issue_site_news, name="issue-site-news"),
    path(f"{START}now/", refreshing.issue_refresh_now, name="issue-refresh-now"),
    path(f"{START}pick/", refreshing.issue_refresh_pick, name="issue-refresh-pick"),
    path(
        f"{START}put-back/",
        refreshing.issue_refresh_put_back,
        name="issue-refresh-put-back",
    ),
    path(
        f"{START}take-out/",
        refreshing.issue_refresh_take_out,
        name="issue-refresh-take-out",
    ),
    path(f"{START}add/", refreshing.issue_refresh_add, name="issue-refresh-add"),
    path(f"{START}seen/", refreshing.issue_refresh_seen, name="issue-refresh-seen"),
]
