"""Addresses of the signing keys."""

from __future__ import annotations

from django.urls import URLPattern, path

from gonets.web.sending import signing

signing_addresses: list[URLPattern] = [
    path("settings/signing/", signing.signing, name="signing"),
    path("settings/signing/make/", signing.key_make, name="signing-make"),
    path("settings/signing/relay/", signing.relay_signs, name="signing-relay"),
    path(
        "settings/signing/<id:key_id>/check/", signing.key_check, name="signing-check"
    ),
    path("settings/signing/<id:key_id>/on/", signing.key_on, name="signing-on"),
    path("settings/signing/<id:key_id>/off/", signing.key_off, name="signing-off"),
    path(
        "settings/signing/<id:key_id>/delete/",
        signing.key_delete,
        name="signing-delete",
    ),
]
