"""Addresses of this area."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.content import (
    hub,
    materials,
    pictures,
    sections,
    source_adding,
    source_keys,
    source_page,
    sources,
    texts,
)

urlpatterns: list[URLPattern] = [
    path("materials/", materials.material_list, name="materials"),
    path("materials/offer/", materials.materials_offer, name="materials-offer"),
    path("materials/new/", texts.material_create, name="material-create"),
    path("materials/<id:material_id>/", texts.material_edit, name="material-edit"),
    path(
        "materials/<id:material_id>/delete/",
        texts.material_delete,
        name="material-delete",
    ),
    path("sections/", sections.section_list, name="sections"),
    path("sections/new/", sections.section_create, name="section-create"),
    path("sections/<id:section_id>/", sections.section_edit, name="section-edit"),
    path(
        "sections/<id:section_id>/shift/",
        sections.section_shift,
        name="section-shift",
    ),
    path(
        "sections/<id:section_id>/delete/",
        sections.section_delete,
        name="section-delete",
    ),
    path(
        "sections/<id:section_id>/merge/",
        sections.section_merge,
        name="section-merge",
    ),
    path(
        "sections/<id:section_id>/separate/",
        sections.section_separate,
        name="section-separate",
    ),
    path("sources/", sources.source_list, name="sources"),
    path("sources/new/", source_adding.source_create, name="source-create"),
    path("sources/new/preview/", source_adding.source_preview, name="source-preview"),
    path(
        "sources/new/<slug:kind>/",
        source_adding.source_create_kind,
        name="source-create-kind",
    ),
    path("sources/export/", sources.source_export, name="source-export"),
    path("sources/<id:source_id>/", source_page.source_edit, name="source-edit"),
    path("sources/<id:source_id>/card/", sources.source_card, name="source-card"),
    path("sources/<id:source_id>/pause/", sources.source_pause, name="source-pause"),
    path("sources/<id:source_id>/resume/", sources.source_resume, name="source-resume"),
    path("sources/<id:source_id>/seen/", sources.source_seen, name="source-seen"),
    path("sources/<id:source_id>/fetch/", sources.source_fetch, name="source-fetch"),
    path(
        "sources/<id:source_id>/pictures/",
        sources.source_pictures,
        name="source-pictures",
    ),
    path("sources/<id:source_id>/delete/", sources.source_delete, name="source-delete"),
    path("sources/push/", source_keys.source_push, name="source-push"),
    path("sources/<id:source_id>/key/", source_keys.source_key, name="source-key"),
    path(
        "sources/<id:source_id>/key/withdraw/",
        source_keys.source_key_withdraw,
        name="source-key-withdraw",
    ),
    path("hub/<str:token>/", hub.hub_callback, name="hub"),
    path("media/pictures/<str:name>", pictures.picture, name="picture"),
]
