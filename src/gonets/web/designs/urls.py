"""Addresses of this area."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.designs import (
    brand,
    choosing,
    frames,
    gallery,
    letter_import,
    own_editor,
    own_files,
    own_versions,
)

urlpatterns: list[URLPattern] = [
    path("designs/<slug:name>/letter/", frames.design_letter, name="design-letter"),
    path("issues/<id:issue_id>/designs/", choosing.issue_designs, name="issue-designs"),
    path("issues/<id:issue_id>/design/", choosing.issue_design, name="issue-design"),
    path("look/letter/", letter_import.letter_import, name="letter-import"),
    path(
        "look/own/<id:template_id>/pictures/",
        letter_import.template_pictures,
        name="template-pictures",
    ),
    path("look/own/import/", own_files.template_import, name="template-import"),
    path(
        "look/designs/<slug:name>/duplicate/",
        own_files.template_duplicate,
        name="template-duplicate",
    ),
    path("look/own/<id:template_id>/", own_editor.template_edit, name="template"),
    path(
        "look/own/<id:template_id>/check/",
        own_editor.template_check,
        name="template-check",
    ),
    path(
        "look/own/<id:template_id>/try/", own_editor.template_try, name="template-try"
    ),
    path(
        "look/own/<id:template_id>/file/",
        own_files.template_export,
        name="template-export",
    ),
    path(
        "look/own/<id:template_id>/delete/",
        own_files.template_delete,
        name="template-delete",
    ),
    path(
        "look/own/<id:template_id>/versions/",
        own_versions.template_versions,
        name="template-versions",
    ),
    path(
        "look/own/<id:template_id>/versions/<id:number>/",
        own_versions.template_version,
        name="template-version",
    ),
    path(
        "look/own/<id:template_id>/versions/<id:number>/restore/",
        own_versions.template_restore,
        name="template-restore",
    ),
    path("look/designs/", gallery.designs, name="designs"),
    path("look/designs/<slug:name>/", gallery.design_show, name="design-show"),
    path("look/", brand.site_brand, name="brand"),
    path("look/check/", brand.brand_check, name="brand-check"),
    path(
        "newsletters/<id:newsletter_id>/brand/",
        brand.newsletter_brand,
        name="newsletter-brand",
    ),
    path(
        "newsletters/<id:newsletter_id>/brand/forget/",
        brand.newsletter_brand_forget,
        name="newsletter-brand-forget",
    ),
]
