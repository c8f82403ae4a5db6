"""Letters that were made elsewhere become own templates; their pictures ours."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import unquote, urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from gonets.content.errors import NotAPicture
from gonets.content.fetching import site_guard
from gonets.content.pictures import picture_address, store_picture
from gonets.kernel import http
from gonets.kernel.html import storable
from gonets.letters.actions import add_template, save_template
from gonets.letters.confined import cleaned_confined
from gonets.letters.gallery import USUAL
from gonets.letters.importing import (
    CleanedLetter,
    pictures_of,
    split_embedded,
    with_pictures,
)
from gonets.letters.letter_files import MOST_BYTES, LetterFile, NoLetter, read_letter
from gonets.letters.models import LetterTemplate, TemplateKind
from gonets.letters.queries import newest_version
from gonets.letters.structure import Unrenderable
from gonets.letters.types import OwnDesign
from gonets.newsletters.errors import LetterUnreadable
from gonets.newsletters.types import Person

AT_ONCE = 6
MOST_AT_A_TIME = 60
LONGEST_TEXT = 2_000_000
"""Characters of a letter's HTML, without its pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLetter:
    """``removed`` counts what was cut out by kind, ``lost`` the pictures not there."""

    template: LetterTemplate
    removed: Mapping[str, int]
    kept: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenPictures:
    """How many pictures are ours now; why each of the others is not."""

    kept: int
    refused: tuple[tuple[str, str], ...]


def import_letter(
    letter: bytes | str, *, title: str, keeps_words: bool, user: Person | None
) -> ImportedLetter:
    """Make an own template of a letter: a file's content, or pasted HTML.

    :raises LetterUnreadable: if there is no letter in it.
    :raises TemplateRefused: if letters cannot be made with it.
    """
    file = _read(letter)
    text, embedded = split_embedded(storable(file.html))
    cleaned = _cleaned(text, keeps_words=keeps_words)
    pictures = {**file.pictures, **dict(_embedded(embedded))}
    addresses = dict(_stored(pictures))
    source, lost = _with_own_pictures(cleaned.source, addresses)
    template = add_template(
        title.strip() or file.title or cleaned.title or _("An imported letter"),
        OwnDesign(kind=TemplateKind.HTML, source=source, base=USUAL.name),
        user=user,
    )
    return ImportedLetter(
        template=template, removed=cleaned.removed, kept=len(addresses), lost=lost
    )


def foreign_pictures(source: str) -> list[str]:
    """Return the addresses of pictures that other sites would have to show."""
    own = settings.GONETS_PUBLIC_URL.rstrip("/") + "/"
    return [each for each in pictures_of(source) if not each.startswith(own)]


def take_over_pictures(template_id: int, *, user: Person | None) -> TakenPictures:
    """Fetch pictures from other sites, keep them, and let the template show ours.

    What cannot be had stays as it is.

    :raises TemplateChanged: if somebody saved another version meanwhile.
    """
    newest = newest_version(template_id)
    wanted = foreign_pictures(newest.source)[:MOST_AT_A_TIME]
    answers = dict(_fetched(wanted))
    kept = {at: ours for at, ours in answers.items() if isinstance(ours, str)}
    if kept:
        save_template(
            template_id,
            title=newest.template.title,
            source=with_pictures(newest.source, kept),
            number=newest.number,
            user=user,
        )
    refused = [
        (at, str(why)) for at, why in answers.items() if isinstance(why, Exception)
    ]
    return TakenPictures(kept=len(kept), refused=tuple(refused))


def _read(letter: bytes | str) -> LetterFile:
    try:
        if isinstance(letter, bytes):
            return read_letter(letter)
        if len(letter) > MOST_BYTES:
            raise NoLetter("large")
        if "<" not in letter:
            raise NoLetter("plain" if letter.strip() else "empty")
        return LetterFile(html=letter)
    except NoLetter as error:
        raise LetterUnreadable(_why_none()[error.code]) from error


def _why_none() -> Mapping[str, str]:
    return {
        "empty": _("There is no letter: nothing was given."),
        "large": _("The letter is larger than 10 MB."),
        "binary": _("This file is not a letter: it is neither HTML nor a message."),
        "damaged": _("This message is damaged and cannot be read."),
        "archive": _(
            "There is no letter in this archive: it must hold a page (.html) and be "
            "neither locked nor damaged nor larger than 40 MB unpacked."
        ),
        "plain": _("There is no HTML in it; plain text needs no template."),
    }


def _cleaned(text: str, *, keeps_words: bool) -> CleanedLetter:
    if len(text) > LONGEST_TEXT:
        raise LetterUnreadable(_("The letter is too long to be a template."))
    try:
        return cleaned_confined(text, keeps_words=keeps_words)
    except Unrenderable as error:
        raise LetterUnreadable(
            _("The letter cannot be read: its HTML is too tangled.")
        ) from error


def _embedded(found: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for number, text in enumerate(found):
        try:
            yield f"gonets-embedded-{number}", base64.b64decode(text)
        except binascii.Error:
            continue


def _stored(pictures: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for name, content in pictures.items():
        try:
            yield name, _kept(content)
        except NotAPicture:
            continue


def _kept(content: bytes) -> str:
    address = picture_address(store_picture(content))
    return urljoin(settings.GONETS_PUBLIC_URL, address)


_CID = re.compile(r"\bcid:([^\s\"'<>)]+)", re.IGNORECASE)


def _with_own_pictures(source: str, addresses: Mapping[str, str]) -> tuple[str, int]:
    missing: set[str] = set()

    def ours(found: re.Match[str]) -> str:
        name = unquote(html.unescape(found[1]))
        if name not in addresses:
            missing.add(name)
        return addresses.get(name, "")

    return _CID.sub(ours, source), len(missing)


def _fetched(addresses: Iterable[str]) -> Iterator[tuple[str, str | Exception]]:
    guard = site_guard()

    def fetch(address: str) -> tuple[str, bytes | http.HttpError]:
        try:
            return address, http.fetch(html.unescape(address), guard=guard).content
        except http.HttpError as error:
            return address, error

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gonets-pictures") as pool:
        for address, answer in pool.map(fetch, addresses):
            if isinstance(answer, http.HttpError):
                yield address, answer
                continue
            try:
                yield address, _kept(answer)
            except NotAPicture as error:
                yield address, error
