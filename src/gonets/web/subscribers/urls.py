"""Addresses of this area."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.subscribers import (
    browser_page,
    fields,
    imports,
    leaving,
    people,
    person,
    signing_up,
)

urlpatterns: list[URLPattern] = [
    path("subscribers/", people.subscriber_list, name="subscribers"),
    path("subscribers/export/", people.subscribers_export, name="subscribers-export"),
    path("subscribers/new/", person.subscriber_create, name="subscriber-create"),
    path(
        "subscribers/<id:subscriber_id>/",
        person.subscriber_edit,
        name="subscriber-edit",
    ),
    path(
        "subscribers/<id:subscriber_id>/delete/",
        person.subscriber_delete,
        name="subscriber-delete",
    ),
    path(
        "subscribers/<id:subscriber_id>/block/",
        person.subscriber_block,
        name="subscriber-block",
    ),
    path(
        "subscribers/<id:subscriber_id>/allow/",
        person.subscriber_allow,
        name="subscriber-allow",
    ),
    path("subscribers/fields/", fields.subscriber_fields, name="subscriber-fields"),
    path(
        "subscribers/fields/<id:field_id>/rename/",
        fields.field_rename,
        name="field-rename",
    ),
    path(
        "subscribers/fields/<id:field_id>/remove/",
        fields.field_remove,
        name="field-remove",
    ),
    path("subscribers/import/", imports.file_choice, name="subscribers-import"),
    path("subscribers/import/example.csv", imports.example, name="import-example"),
    path("subscribers/import/<id:import_id>/", imports.import_open, name="import"),
    path(
        "subscribers/import/<id:import_id>/reading/",
        imports.import_reading,
        name="import-reading",
    ),
    path(
        "subscribers/import/<id:import_id>/start/",
        imports.import_start,
        name="import-start",
    ),
    path(
        "subscribers/import/<id:import_id>/live/",
        imports.import_live,
        name="import-live",
    ),
    path(
        "subscribers/import/<id:import_id>/stop/",
        imports.import_stop,
        name="import-stop",
    ),
    path(
        "subscribers/import/<id:import_id>/discard/",
        imports.import_discard,
        name="import-discard",
    ),
    path(
        "subscribers/import/<id:import_id>/refused/",
        imports.import_refusals,
        name="import-refusals",
    ),
    path("join/", signing_up.sign_up, name="sign-up"),
    path("join/asked/", signing_up.sign_up_asked, name="sign-up-asked"),
    path("j/<str:token>/", signing_up.sign_up_confirm, name="sign-up-confirm"),
    path("u/<str:token>/", leaving.unsubscribe, name="unsubscribe"),
    path(
        "u/<str:token>/letters/<id:number>/",
        browser_page.readers_letter,
        name="readers-letter",
    ),
    path("v/<str:token>/", browser_page.letter_page, name="browser-page"),
]
