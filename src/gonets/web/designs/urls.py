"""Addresses of this area."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.designs import brand, choosing, frames, gallery

urlpatterns: list[URLPattern] = [
    path("designs/<slug:name>/letter/", frames.design_letter, name="design-letter"),
    path(
        "issues/<int:issue_id>/designs/", choosing.issue_designs, name="issue-designs"
    ),
    path("issues/<int:issue_id>/design/", choosing.issue_design, name="issue-design"),
    path("look/designs/", gallery.designs, name="designs"),
    path("look/designs/<slug:name>/", gallery.design_show, name="design-show"),
    path("look/", brand.site_brand, name="brand"),
    path("look/check/", brand.brand_check, name="brand-check"),
    path(
        "newsletters/<int:newsletter_id>/brand/",
        brand.newsletter_brand,
        name="newsletter-brand",
    ),
    path(
        "newsletters/<int:newsletter_id>/brand/forget/",
        brand.newsletter_brand_forget,
        name="newsletter-brand-forget",
    ),
]
