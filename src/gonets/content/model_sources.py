"""Models of the site itself as sources: registered classes that map their fields.

A site registers one in the module ``newsletter_sources`` of any of its apps; how:
docs/how-to/django-model.md.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, TypeVar
from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import (
    ImproperlyConfigured,
    ObjectDoesNotExist,
    ValidationError,
)
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from gonets.content.connectors.base import MaterialDraft, SectionDraft

MOST_LEVELS = 20
"""Of sections: a tree whose parents run in a circle ends there."""


def options_of(model: type[Model]) -> Any:
    return model._meta  # noqa: SLF001  # Django documents it.


class ModelSource:
    """How the rows of a model become materials.

    Each field is the name of an attribute of a row, dotted where it is another row's,
    or a method of this class that gets the row.  What is in ``queryset`` any visitor
    may see; what leaves it is withdrawn.
    """

    key: ClassVar[str] = ""  # names it for ever; by default, the model's own name
    caption: ClassVar[str | Promise] = ""
    queryset: QuerySet[Any] | None = None

    title: Any = "title"
    teaser: Any = ""
    body: Any = ""  # HTML
    address: Any = "get_absolute_url"
    author: Any = ""
    picture: Any = ""  # an image field, or an address
    picture_alt: Any = ""
    tags: Any = ""
    published: Any = ""
    changed: Any = ""
    expires: Any = ""
    language: Any = ""
    section: Any = ""  # a foreign key; without it, there is one section
    section_name: Any = "__str__"
    section_parent: Any = ""  # of a section; "get_parent" for treebeard's trees

    def rows(self) -> QuerySet[Any]:
        """Return what any visitor may see now; override it where that is a question."""
        if self.queryset is None:
            raise ImproperlyConfigured(f"{type(self).__name__} has no queryset.")
        return self.queryset.all()

    @property
    def model(self) -> type[Model]:
        model: type[Model] = self.rows().model
        return model

    @property
    def name(self) -> str:
        return self.key or options_of(self.model).label_lower

    def draft_of(self, row: Any) -> MaterialDraft:
        return MaterialDraft(
            external_id=str(row.pk),
            section_id=self._section_id_of(row),
            title=self._words(row, "title"),
            teaser=self._words(row, "teaser"),
            body=self._words(row, "body"),
            address=site_address(self._words(row, "address")),
            author=self._words(row, "author"),
            picture_address=site_address(_file_address(self.said(row, "picture"))),
            picture_alt=self._words(row, "picture_alt"),
            tags=tuple(_each(self.said(row, "tags"))),
            published_at=moment_of(self.said(row, "published")),
            changed_at=moment_of(self.said(row, "changed")),
            expires_at=moment_of(self.said(row, "expires")),
            language=self._words(row, "language"),
        )

    def sections(self) -> Iterator[SectionDraft]:
        """Yield the sections of all rows, each after the one that it is in."""
        if not self.section:
            name = str(self.caption or options_of(self.model).verbose_name_plural)
            yield SectionDraft(external_id=self.name, name=name)
            return
        told: set[str] = set()
        for section in self.section_rows():
            for each in self._with_ancestors(section):
                if str(each.pk) not in told:
                    told.add(str(each.pk))
                    yield self._section_draft(each)

    def section_rows(self) -> Iterable[Any]:
        """Return the sections that rows are in; a method's by looking at each row."""
        if isinstance(self.section, str) and "." not in self.section:
            field: Any = options_of(self.model).get_field(self.section)
            used = self.rows().order_by().values(self.section)
            found: Iterable[Any] = field.related_model.objects.filter(pk__in=used)
            return found
        rows = (self.said(row, "section") for row in self.rows().iterator(500))
        return {row.pk: row for row in rows if row is not None}.values()

    def section_row(self, external_id: str) -> Any:
        """Return a section even if nothing is in it now; None if there is none."""
        if not (isinstance(self.section, str) and self.section) or "." in self.section:
            return None
        model: Any = options_of(self.model).get_field(self.section).related_model
        try:
            return model._default_manager.filter(pk=external_id).first()  # noqa: SLF001
        except (ValueError, ValidationError):
            return None

    def sections_there(self, external_ids: Iterable[str]) -> Iterator[SectionDraft]:
        """Yield those of these sections that still are; others are gone."""
        for external_id in external_ids:
            section = self.section_row(external_id)
            if section is not None:
                yield self._section_draft(section)

    def said(self, row: Any, field: str) -> Any:
        """Return what a row says in a field of ours; None if it has nothing."""
        mapped = getattr(self, field)
        if callable(mapped):
            return mapped(row)
        return read(row, mapped) if mapped else None

    def _words(self, row: Any, field: str) -> str:
        said = self.said(row, field)
        return "" if said is None else str(said)

    def _section_id_of(self, row: Any) -> str:
        if not self.section:
            return self.name
        section = self.said(row, "section")
        return str(section.pk) if section is not None else self.name

    def _section_draft(self, section: Any) -> SectionDraft:
        parent = self._parent_of(section)
        return SectionDraft(
            external_id=str(section.pk),
            name=self._words(section, "section_name"),
            parent_id=str(parent.pk) if parent is not None else "",
        )

    def _parent_of(self, section: Any) -> Any:
        return self.said(section, "section_parent")

    def _with_ancestors(self, section: Any) -> list[Any]:
        path = [section]
        for _level in range(MOST_LEVELS):
            parent = self._parent_of(path[0])
            if parent is None or parent in path:
                break
            path.insert(0, parent)
        return path


Class = TypeVar("Class", bound=type[ModelSource])
_registered: dict[str, ModelSource] = {}


def register(source: Class) -> Class:
    """Offer a class as a source to add; a decorator."""
    made = source()
    if not made.name or (made.name in _registered and not _same(made)):
        raise ImproperlyConfigured(f"There is a source “{made.name}” already.")
    _registered[made.name] = made
    return source


def registered() -> dict[str, ModelSource]:
    return dict(_registered)


def sources_of(model: type[Model]) -> list[ModelSource]:
    """Return the registered classes that a row of this model may concern."""
    return [one for one in _registered.values() if issubclass(model, one.model)]


def read(row: Any, path: str) -> Any:
    """Return an attribute, or another row's; None where the way ends."""
    value = row
    for name in path.split("."):
        try:
            value = getattr(value, name)
        except ObjectDoesNotExist:
            return None
        if callable(value) and not hasattr(value, "all"):
            value = value()
        if value is None:
            return None
    return value


def site_address(address: str) -> str:
    """Return the address on the web of what the site names by its path."""
    public = str(getattr(settings, "GONETS_PUBLIC_URL", ""))
    try:
        return urljoin(f"{public.rstrip('/')}/", address) if address else ""
    except ValueError:
        return ""


def moment_of(value: Any) -> datetime.datetime | None:
    """Return a moment of what a field holds: a day begins in the site's time zone."""
    if isinstance(value, datetime.datetime):
        return value if timezone.is_aware(value) else timezone.make_aware(value)
    if isinstance(value, datetime.date):
        midnight = datetime.datetime.combine(value, datetime.time())
        return timezone.make_aware(midnight)
    return None


def _file_address(value: Any) -> str:
    """Return the address of an image field's file; an empty one has none."""
    if not value:
        return ""
    return str(getattr(value, "url", value))


def _each(value: Any) -> Iterable[str]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (tag.strip() for tag in value.split(","))
    return (str(tag) for tag in (value.all() if hasattr(value, "all") else value))


def _same(made: ModelSource) -> bool:
    before = type(_registered[made.name])
    return before.__qualname__ == type(made).__qualname__
