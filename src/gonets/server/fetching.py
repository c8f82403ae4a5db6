"""The process that fetches sources: there only while some are due."""

from __future__ import annotations

import gc
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from gonets.content.carrying import carry_out_fetches
from gonets.content.tasks import sources_wait
from gonets.content.websub import renew_subscriptions
from gonets.kernel.networks import is_public
from gonets.server.children import CLI, OccasionalChild, work_quietly

FETCH = (*CLI, "fetch", "--supervised")


class FetchingChild(OccasionalChild):
    def __init__(self, command: Sequence[str] = FETCH) -> None:
        super().__init__(command, waits=sources_wait)


def fetch_sources(*, is_supervised: bool) -> None:
    """Fetch what is due, then return; SIGTERM: hand back what is under way."""
    gc.freeze()  # What stays to the end is not looked through again for each feed.
    stopping = work_quietly(is_supervised=is_supervised)
    carry_out_fetches(stopping.wait)
    if not stopping.is_set() and is_on_the_web(settings.GONETS_PUBLIC_URL):
        renew_subscriptions(_callback_address)


def is_on_the_web(public_url: str) -> bool:
    """False for an address that hubs cannot reach."""
    host = (urlsplit(public_url).hostname or "").removesuffix(".")
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))


def _callback_address(token: str) -> str:
    path = reverse("gonets:hub", args=[token])
    return str(settings.GONETS_PUBLIC_URL).rstrip("/") + path
