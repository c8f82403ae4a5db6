"""What programs send: checked by shape here, cleaned on storing like anything else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from gonets.content.connectors.base import MaterialDraft, Reading, SectionDraft
from gonets.content.states import Visibility

MOST_AT_ONCE = 500

Id = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
]
Line = Annotated[str, StringConstraints(max_length=2000)]
Address = Annotated[
    str, StringConstraints(pattern=r"^(https?://\S+)?$", max_length=2000)
]


def _in_utc(moment: datetime) -> datetime:
    if not 1900 <= moment.year <= 2200:
        raise ValueError("the year must lie between 1900 and 2200")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class SectionIn(Schema):
    """``parent`` is the id of another section, sent before or in the same request."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    parent: Id | None = None


class MaterialIn(Schema):
    """``body`` is HTML; whatever else is text.  Times without a zone are in UTC."""

    model_config = ConfigDict(extra="forbid")

    id: Id
    title: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    section: Id = "main"
    teaser: Annotated[str, StringConstraints(max_length=20_000)] = ""
    body: Annotated[str, StringConstraints(max_length=2_000_000)] = ""
    address: Address = ""
    picture: Address = ""
    picture_alt: Line = ""
    author: Line = ""
    tags: Annotated[list[Line], Field(max_length=100)] = []
    published_at: Moment | None = None
    changed_at: Moment | None = None
    expires_at: Moment | None = None
    language: Annotated[str, StringConstraints(max_length=35)] = ""
    visibility: Visibility = Visibility.PUBLIC


class MaterialsIn(Schema):
    """Materials by their ids: new ones come, known ones change, ``withdrawn`` leave."""

    model_config = ConfigDict(extra="forbid")

    sections: Annotated[list[SectionIn], Field(max_length=MOST_AT_ONCE)] = []
    materials: Annotated[list[MaterialIn], Field(max_length=MOST_AT_ONCE)] = []
    withdrawn: Annotated[list[Id], Field(max_length=MOST_AT_ONCE)] = []


class Stored(Schema):
    """What became of a request; sent again, everything is ``unchanged``."""

    new: int
    changed: int
    unchanged: int
    withdrawn: int


class Refusal(Schema):
    message: str


class Flaw(Schema):
    """``place`` leads to what is wrong, such as ``materials.3.title``."""

    place: str
    message: str


class Flaws(Schema):
    message: str
    flaws: list[Flaw]


def reading_of(sent: MaterialsIn) -> Reading:
    """Return what was sent as a connector would have read it."""
    return Reading(
        sections=tuple(
            SectionDraft(
                external_id=each.id, name=each.name, parent_id=each.parent or ""
            )
            for each in sent.sections
        ),
        materials=tuple(map(_draft, sent.materials)),
        withdrawn=tuple(sent.withdrawn),
    )


def _draft(sent: MaterialIn) -> MaterialDraft:
    return MaterialDraft(
        external_id=sent.id,
        section_id=sent.section,
        title=sent.title,
        teaser=sent.teaser,
        body=sent.body,
        address=sent.address,
        picture_address=sent.picture,
        picture_alt=sent.picture_alt,
        author=sent.author,
        tags=tuple(sent.tags),
        published_at=sent.published_at,
        changed_at=sent.changed_at,
        expires_at=sent.expires_at,
        language=sent.language,
        visibility=sent.visibility,
        original=sent.model_dump(mode="json"),
    )
