"""The contract of a connector: how it is asked, and what it gives.

A connector lives in one module of this package, or in another distribution under the
entry-point group ``gonets.connectors``.  The module holds it as ``connector``, and its
name is the ``kind`` of the sources it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.utils.functional import Promise

from gonets.kernel.http import Guard


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where and how to read one source.

    ``file`` is what an editor uploaded; without it the connector asks ``address``,
    through ``gonets.kernel.http`` and this guard.
    """

    address: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    guard: Guard = field(default_factory=Guard)
    file: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDraft:
    """A section as the source has it; ``parent_id`` is another's ``external_id``."""

    external_id: str
    name: str
    parent_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialDraft:
    """A material, normalised.

    ``external_id`` never changes at the source.  ``title`` and ``teaser`` are plain
    text, ``body`` is HTML as it came (it is cleaned on storing), addresses are
    absolute or empty.  ``published_at`` is
    None where the source does not say.  ``original`` is what the source said, as JSON.
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
    published_at: datetime | None = None
    original: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a source gave: ``name`` is what it calls itself.

    ``address`` is where it is to be asked from now on; empty for "as before".
    """

    name: str = ""
    address: str = ""
    sections: tuple[SectionDraft, ...] = ()
    materials: tuple[MaterialDraft, ...] = ()
    skipped: int = 0


class Connector(Protocol):
    """``caption`` names the kind for people."""

    caption: str | Promise

    def read(self, access: Access) -> Reading:
        """Return what the source has now.

        :raises gonets.content.errors.SourceUnreadable: with the reason.
        :raises gonets.kernel.http.HttpError: as it comes from there.
        """
        ...
