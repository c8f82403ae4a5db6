"""Values: what an editor writes, and what a fetch did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gonets.content.states import FetchFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialText:
    """What an editor writes into a material of our own.

    ``title`` and ``teaser`` are plain text, ``body`` is HTML and cleaned on storing.
    """

    section_id: int
    title: str
    teaser: str
    body: str
    address: str
    picture_id: int | None
    picture_alt: str
    published_at: datetime
    is_published: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionLoss:
    """What goes when a section is deleted: it counts itself."""

    sections: int
    materials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What one fetch did.  With a ``failure`` what came before it is kept.

    Pictures are fetched afterwards: see ``picture_fetching``.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0  # had neither title nor text, or came twice
    private: int = 0  # left out or withdrawn: visitors of the site cannot see them
    is_unchanged: bool = False  # the source says that nothing is new
    has_more: bool = False  # cut here; the next fetch goes on
    failure: FetchFailure | None = None
    detail: str = ""

    def plus(self, page: FetchReport) -> FetchReport:
        """Return what both did together."""
        return FetchReport(
            new=self.new + page.new,
            changed=self.changed + page.changed,
            unchanged=self.unchanged + page.unchanged,
            skipped=self.skipped + page.skipped,
            private=self.private + page.private,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReport:
    """What fetching some pictures did, and how many still wait."""

    kept: int
    failed: int
    waiting: int
