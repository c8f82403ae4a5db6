"""Fetching the pictures of fetched materials, so that letters need no foreign site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import unquote, urljoin

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from gonets.content.errors import NotAPicture
from gonets.content.fetching import site_guard
from gonets.content.models import Material, Picture
from gonets.content.pictures import MAX_BYTES, store_picture
from gonets.content.states import PictureState
from gonets.content.types import PictureReport
from gonets.kernel import clock, http

OF_THIS_SITE = "model"
"""The kind of source whose pictures may be read from the site's own files."""

AT_ONCE = 4
"""Connections at a time: quick for us, polite to them."""

ASKED_AGAIN_FOR = timedelta(days=2)
MOST_ASKED_AGAIN = 500


def fetch_pictures(
    *, source_id: int | None = None, at_most: int = 8, guard: http.Guard | None = None
) -> PictureReport:
    """Fetch some of the pictures that materials want, the newest materials first.

    A picture that cannot be had is counted and left out; its material is as good
    without it.
    """
    wanting = _wanting(source_id).select_related("source")
    chosen = list(wanting.order_by("-published_at", "-pk")[:at_most])
    answers: dict[str, bytes | http.HttpError] = dict(_read_here(chosen))
    addresses = dict.fromkeys(material.picture_source for material in chosen)
    asked = [address for address in addresses if address not in answers]
    answers |= _fetched(asked, guard or site_guard())
    outcomes = [_keep(material, answers) for material in chosen]
    kept = outcomes.count(PictureState.KEPT)
    return PictureReport(
        kept=kept, failed=len(chosen) - kept, waiting=_wanting(source_id).count()
    )


def want_failed_pictures_again() -> int:
    """Ask again for what could not be had of late; return how many that are."""
    since = clock.now() - ASKED_AGAIN_FOR
    failed = Material.objects.filter(
        picture_state=PictureState.FAILED, created_at__gt=since
    )
    ids = list(failed.values_list("pk", flat=True)[:MOST_ASKED_AGAIN])
    again = Material.objects.filter(pk__in=ids, picture_state=PictureState.FAILED)
    return again.update(picture_state=PictureState.WANTED)


def _wanting(source_id: int | None) -> QuerySet[Material]:
    wanting = Material.objects.filter(picture_state=PictureState.WANTED)
    return wanting if source_id is None else wanting.filter(source=source_id)


def _read_here(materials: Iterable[Material]) -> Iterator[tuple[str, bytes]]:
    """Yield pictures that this site keeps itself, of materials it made itself."""
    for material in materials:
        if material.source.kind == OF_THIS_SITE:
            content = own_file(material.picture_source)
            if content is not None:
                yield material.picture_source, content


def own_file(address: str) -> bytes | None:
    """Return what this site's own media hold at an address; None if it is not there."""
    media = urljoin(f"{_public_url()}/", settings.MEDIA_URL)
    if not address.startswith(media):
        return None
    name = unquote(address.removeprefix(media))
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read(MAX_BYTES + 1)
    except (OSError, SuspiciousFileOperation):
        return None
    return content if len(content) <= MAX_BYTES else None


def _public_url() -> str:
    return str(getattr(settings, "GONETS_PUBLIC_URL", "")).rstrip("/")


def _fetched(
    addresses: Iterable[str], guard: http.Guard
) -> Iterator[tuple[str, bytes | http.HttpError]]:
    def fetch(address: str) -> tuple[str, bytes | http.HttpError]:
        try:
            return address, http.fetch(address, guard=guard).content
        except http.HttpError as error:
            return address, error

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gonets-pictures") as pool:
        yield from pool.map(fetch, addresses)


def _keep(
    material: Material, answers: dict[str, bytes | http.HttpError]
) -> PictureState:
    """Store the picture of a material; return what became of it."""
    answer = answers[material.picture_source]
    picture: Picture | None = None
    if isinstance(answer, http.HttpError):
        state = _state_after(answer)
    else:
        try:
            picture, state = store_picture(answer), PictureState.KEPT
        except NotAPicture:
            state = PictureState.UNFIT
    # Unless the source has named another picture meanwhile.
    Material.objects.filter(
        pk=material.pk, picture_source=material.picture_source
    ).update(picture=picture, picture_state=state)
    return state


def _state_after(error: http.HttpError) -> PictureState:
    is_final = isinstance(error, http.AddressRefused | http.TooLarge)
    return PictureState.UNFIT if is_final else PictureState.FAILED
