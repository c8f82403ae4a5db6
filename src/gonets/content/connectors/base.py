"""The contract of a connector: how it is asked, and what it gives.

A connector lives in one module of this package, or in another distribution under the
entry-point group ``gonets.connectors``.  The module holds it as ``connector``, and its
name is the ``kind`` of the sources it reads.  A complete one: docs/how-to/connector.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gonets.content.cleaning import web_address
from gonets.content.errors import SourceUnreadable
from gonets.content.markup import inert
from gonets.content.states import FetchFailure, Visibility
from gonets.kernel import http
from gonets.kernel.html import clean_body

MOST_PAGES_IN_SEARCH = 20
"""How far ``Connector.material`` looks for one where there is no better way."""

ADDRESS_LABEL = _("Address")


class NeedKind(StrEnum):
    TEXT = "text"
    ADDRESS = "address"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105  # A word; the answer is kept sealed.


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One field of the settings form: what a connector wants to be told.

    The answer is in ``Access.settings`` under ``name``: a string, an int of a NUMBER,
    a bool of a SWITCH.  ``choices`` are values with their captions.
    """

    name: str
    label: str | Promise
    kind: NeedKind = NeedKind.TEXT
    help: str | Promise = ""
    is_required: bool = False
    choices: tuple[tuple[str, str | Promise], ...] = ()
    initial: str | int | bool = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where and how to read one source.

    ``file`` is what an editor uploaded; without it the connector asks ``address``.
    ``settings`` answer the connector's needs, secrets opened.  ``memory`` is what the
    last reading told to remember.  Whoever asks is an anonymous visitor unless the
    owner has filled a need in; what only members may see is marked as private, and is
    dropped on storing where the owner has not allowed it.
    """

    address: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    memory: Mapping[str, Any] = field(default_factory=dict)
    guard: http.Guard = field(default_factory=http.Guard)
    file: bytes | None = None

    def get(
        self, address: str = "", *, headers: Mapping[str, str] | None = None
    ) -> http.Answer:
        """Ask the web, by default for the source's own address.

        ``headers`` go to that host alone, not to where it redirects.

        :raises gonets.kernel.http.HttpError: let it pass, it is told in plain words.
        """
        return http.fetch(address or self.address, guard=self.guard, headers=headers)

    def get_json(
        self, address: str = "", *, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Ask for JSON.

        :raises SourceUnreadable: if it is none.
        """
        accept = {"Accept": "application/json", **(headers or {})}
        return json_of(self.get(address, headers=accept).content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which materials are wanted: of a section, or of all; changed since a moment.

    ``cursor`` is where a listing goes on that has been cut or is longer than a page; it
    is what a ``Reading`` gave as ``next_cursor``.  The connector may give more than is
    wished, such as unchanged ones: storing them again does nothing.
    """

    section_id: str = ""
    changed_since: datetime | None = None
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDraft:
    """A section as the source has it; ``parent_id`` is another's ``external_id``.

    A parent comes before what is below it.
    """

    external_id: str
    name: str
    parent_id: str = ""


_CLEANING: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("title", inert),
    ("teaser", inert),
    ("author", inert),
    ("picture_alt", inert),
    ("body", clean_body),
    ("address", web_address),
    ("picture_address", web_address),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialDraft:
    """A material, normalised.

    ``external_id`` never changes at the source.  ``title`` and ``teaser`` are plain
    text; left empty, they are made from the body.  ``body`` may be given as HTML as it
    came: a draft keeps what is harmless of it, and of addresses those of the web.  What
    the source does not say is None or empty: a material without ``published_at`` gets
    the moment it first came.  ``expires_at`` is when it ceases to be of use,
    ``language`` a BCP 47 tag.  ``original`` is what the source said, as JSON.
    """

    external_id: str
    section_id: str
    title: str
    teaser: str = ""
    body: str = ""
    address: str = ""
    author: str = ""
    picture_address: str = ""
    picture_alt: str = ""
    tags: tuple[str, ...] = ()
    published_at: datetime | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None
    language: str = ""
    visibility: Visibility = Visibility.PUBLIC
    original: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, clean in _CLEANING:
            object.__setattr__(self, name, clean(getattr(self, name)))
        object.__setattr__(self, "tags", tuple(inert(str(tag)) for tag in self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a source gave at one request: a page of materials.

    ``sections`` are those that the page tells of, at least those of its materials that
    ``Connector.sections`` does not list; ``lists_sections`` if they are all there are.
    ``withdrawn`` names materials that visitors
    cannot see any more; they stay here, but no letter takes them.  With
    ``is_unchanged`` nothing is new and the rest is empty.

    Of the source itself: ``name`` is what it calls itself, ``address`` where it is to
    be asked from now on, ``memory`` what to give back at the next fetch (ETags and the
    like; None: as before), ``ask_again_after`` how long it wants to be left alone.
    """

    materials: tuple[MaterialDraft, ...] = ()
    sections: tuple[SectionDraft, ...] = ()
    lists_sections: bool = False
    next_cursor: str = ""
    withdrawn: tuple[str, ...] = ()
    skipped: int = 0
    is_unchanged: bool = False
    name: str = ""
    address: str = ""
    memory: Mapping[str, Any] | None = None
    ask_again_after: timedelta | None = None


def with_sections(reading: Reading, listed: Sequence[SectionDraft]) -> Reading:
    """Put all sections that a source lists before those that a page tells of."""
    if not listed:
        return reading
    sections = (*listed, *reading.sections)
    return replace(reading, sections=sections, lists_sections=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is at an address that somebody gave, for the connectors to recognise.

    ``address`` is where it came from in the end; ``answer`` is None for a folder or
    whatever is not on the web.
    """

    address: str
    answer: http.Answer | None
    access: Access

    @property
    def page(self) -> str:
        """The beginning of the answer, good enough to look for tags in."""
        content = self.answer.content if self.answer else b""
        return content[:300_000].decode("utf-8", "replace")

    def header(self, name: str) -> str:
        return self.answer.headers.get(name.lower(), "") if self.answer else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """A source that could be added; the ``certainty`` of several decides their order.

    10 is "perhaps", 50 "a feed that the page announces", 90 "made for exactly this".
    """

    address: str
    name: str = ""
    certainty: int = 50
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a source is, asked just now: ``words`` is a sentence for the owner."""

    is_well: bool
    words: str | Promise


class Connector:
    """A kind of source.  Only ``materials`` has to be written.

    Every method may raise ``SourceUnreadable`` with the reason; errors of the network
    (``gonets.kernel.http.HttpError``) are best left to pass.
    """

    caption: str | Promise = ""  # names the kind for people
    explanation: str | Promise = ""  # one sentence: what it reads
    icon: str = "rss"  # of lucide
    address_label: str | Promise | None = ADDRESS_LABEL  # None: has no address
    address_help: str | Promise = ""
    needs: tuple[Need, ...] = ()
    is_asked: bool = True  # False: its materials come by themselves, nothing to fetch
    is_added_by_hand: bool = True  # False: the program makes its one source itself
    gives_private: bool = False  # True: also what only some visitors see, marked so
    is_local: bool = False  # True: reads this database, in the thread that holds it

    def recognise(self, look: Look) -> Iterable[Recognition]:
        """Return what of this kind is at the address; nothing if nothing is."""
        return ()

    def sections(self, access: Access) -> Iterable[SectionDraft]:
        """Return the sections as far as they are not told with the materials.

        They are taken for all: one that was among them and is not any more is marked
        as gone.  Its materials stay.
        """
        return ()

    def materials(self, access: Access, wish: Wish) -> Reading:
        """Return a page of what is wished."""
        raise NotImplementedError

    def material(self, access: Access, external_id: str) -> MaterialDraft | None:
        """Return one material as it is now; None if visitors cannot see it any more."""
        for reading in pages(self, replace_memory(access), Wish()):
            for draft in reading.materials:
                if draft.external_id == external_id:
                    return draft
        return None

    def health(self, access: Access) -> Health:
        """Say how the source is, by asking for its first page."""
        reading = self.materials(replace_memory(access), Wish())
        if reading.materials:
            return Health(is_well=True, words=_("The source answers."))
        return Health(is_well=True, words=_("The source answers, but has nothing."))


def pages(connector: Connector, access: Access, wish: Wish) -> Iterator[Reading]:
    """Yield what is wished, page by page, but not for ever."""
    for _page in range(MOST_PAGES_IN_SEARCH):
        reading = connector.materials(access, wish)
        yield reading
        if not reading.next_cursor:
            return
        wish = replace(wish, cursor=reading.next_cursor)


def replace_memory(access: Access) -> Access:
    """Return the access of somebody who asks for the first time."""
    return replace(access, memory={})


def json_of(content: bytes) -> Any:
    """Return what JSON says.

    :raises SourceUnreadable: if it is none.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(FetchFailure.NOT_UNDERSTOOD, str(error)) from error
