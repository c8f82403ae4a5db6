"""Addresses of this area."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.sending import (
    accounts,
    decisions,
    fence,
    limits,
    progress,
    relay,
    relay_log,
    relays,
    repeats,
    uncertain,
)
from gonets.web.sending.rehearsal_urls import rehearsal_addresses
from gonets.web.sending.signing_urls import signing_addresses

urlpatterns: list[URLPattern] = [
    *rehearsal_addresses,
    *signing_addresses,
    path(
        "issues/<id:issue_id>/postpone/",
        decisions.issue_postpone,
        name="issue-postpone",
    ),
    path(
        "issues/<id:issue_id>/schedule/",
        decisions.issue_schedule,
        name="issue-schedule",
    ),
    path(
        "issues/<id:issue_id>/unschedule/",
        decisions.issue_unschedule,
        name="issue-unschedule",
    ),
    path("issues/<id:issue_id>/send/", decisions.issue_send, name="issue-send"),
    path(
        "issues/<id:issue_id>/progress/",
        progress.issue_progress,
        name="issue-progress",
    ),
    path("issues/<id:issue_id>/again/", repeats.issue_again, name="issue-again"),
    path("issues/<id:issue_id>/account/", accounts.issue_account, name="issue-account"),
    path(
        "issues/<id:issue_id>/account.csv",
        accounts.issue_account_csv,
        name="issue-account-csv",
    ),
    path(
        "issues/<id:issue_id>/account/<id:delivery_id>/",
        accounts.delivery_account,
        name="delivery-account",
    ),
    path("runs/<id:run_id>/live/", progress.run_live, name="run-live"),
    path("runs/<id:run_id>/pause/", progress.run_pause, name="run-pause"),
    path("runs/<id:run_id>/continue/", progress.run_continue, name="run-continue"),
    path(
        "runs/<id:run_id>/cancel-rest/",
        progress.run_cancel_rest,
        name="run-cancel-rest",
    ),
    path(
        "runs/<id:run_id>/stop-waiting/",
        progress.run_stop_waiting,
        name="run-stop-waiting",
    ),
    path("runs/<id:run_id>/ok/", progress.run_acknowledge, name="run-acknowledge"),
    path("runs/<id:run_id>/uncertain/", uncertain.run_uncertain, name="run-uncertain"),
    path(
        "runs/<id:run_id>/uncertain/decide/", uncertain.run_resolve, name="run-resolve"
    ),
    path("runs/<id:run_id>/uncertain/undo/", uncertain.run_undo, name="run-undo"),
    path("fence/", fence.fence, name="fence"),
    path("settings/", relays.relay_settings, name="settings"),
    path("settings/mailbox/", relays.mailbox_switch, name="settings-mailbox"),
    path("settings/check/", relay.relay_check, name="settings-check"),
    path("settings/log/", relay_log.relay_log, name="relay-log"),
    path("settings/relays/new/", relay.relay_create, name="relay-create"),
    path("settings/relays/<id:relay_id>/", relay.relay_edit, name="relay-edit"),
    path("settings/relays/<id:relay_id>/check/", relay.relay_check, name="relay-check"),
    path(
        "settings/relays/<id:relay_id>/switch/",
        relay.relay_switch,
        name="relay-switch",
    ),
    path(
        "settings/relays/<id:relay_id>/remove/",
        relay.relay_remove,
        name="relay-remove",
    ),
    path("settings/limits/new/", limits.limit_create, name="limit-create"),
    path("settings/limits/<id:limit_id>/", limits.limit_edit, name="limit-edit"),
    path(
        "settings/limits/<id:limit_id>/remove/",
        limits.limit_remove,
        name="limit-remove",
    ),
]
