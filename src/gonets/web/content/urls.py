"""Addresses of this area."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.content import (
    materials,
    pictures,
    sections,
    source_keys,
    sources,
    texts,
)

urlpatterns: list[URLPattern] = [
    path("materials/", materials.material_list, name="materials"),
    path("materials/offer/", materials.materials_offer, name="materials-offer"),
    path("materials/new/", texts.material_create, name="material-create"),
    path("materials/<int:material_id>/", texts.material_edit, name="material-edit"),
    path(
        "materials/<int:material_id>/delete/",
        texts.material_delete,
        name="material-delete",
    ),
    path("sections/", sections.section_list, name="sections"),
    path("sections/new/", sections.section_create, name="section-create"),
    path("sections/<int:section_id>/", sections.section_edit, name="section-edit"),
    path(
        "sections/<int:section_id>/shift/",
        sections.section_shift,
        name="section-shift",
    ),
    path(
        "sections/<int:section_id>/delete/",
        sections.section_delete,
        name="section-delete",
    ),
    path(
        "sections/<int:section_id>/merge/",
        sections.section_merge,
        name="section-merge",
    ),
    path(
        "sections/<int:section_id>/separate/",
        sections.section_separate,
        name="section-separate",
    ),
    path("sources/", sources.source_list, name="sources"),
    path("sources/new/", sources.source_create, name="source-create"),
    path("sources/<int:source_id>/", sources.source_edit, name="source-edit"),
    path("sources/<int:source_id>/fetch/", sources.source_fetch, name="source-fetch"),
    path(
        "sources/<int:source_id>/pictures/",
        sources.source_pictures,
        name="source-pictures",
    ),
    path(
        "sources/<int:source_id>/delete/", sources.source_delete, name="source-delete"
    ),
    path("sources/push/", source_keys.source_push, name="source-push"),
    path("sources/<int:source_id>/key/", source_keys.source_key, name="source-key"),
    path(
        "sources/<int:source_id>/key/withdraw/",
        source_keys.source_key_withdraw,
        name="source-key-withdraw",
    ),
    path("media/pictures/<str:name>", pictures.picture, name="picture"),
]
