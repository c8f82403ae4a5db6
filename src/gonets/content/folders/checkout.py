"""The pages of a folder, read from the disk as they lie there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from gonets.content.connectors.base import MaterialDraft, SectionDraft
from gonets.content.folders import prose
from gonets.content.folders.front_matter import (
    Document,
    FrontMatterBroken,
    as_json,
    document_of,
    flag_in,
    moment_in,
    text_in,
    texts_in,
)
from gonets.content.folders.layouts import (
    LAYOUTS,
    PLAIN,
    Layout,
    date_in,
    is_text,
    section_path,
    slug_of,
    stem_of,
)
from gonets.content.folders.site_settings import SiteSettings
from gonets.content.states import Visibility

MOST_FILES = 20_000
LARGEST_FILE = 2 * 1024 * 1024
COVER = re.compile(r"(?i).*(?:feature|cover|thumbnail).*\.(?:jpe?g|png|webp|gif|avif)")
KEPT_IN_PATHS = "/%:?#=&+,;@!$()*~"
TOP = "."
"""The section of what lies in no folder."""


class NotAPage(ValueError):
    """The file is too large, or its front matter is broken."""


@dataclass(frozen=True)
class Checkout:
    """``root`` is the folder; ``site`` where it is published, or empty."""

    root: Path
    site: str = ""

    @cached_property
    def layout(self) -> Layout:
        for layout in LAYOUTS:
            if any((self.root / sign).is_file() for sign in layout.signs):
                return layout
        return PLAIN

    @cached_property
    def told(self) -> SiteSettings:
        return self.layout.read(self.root)

    @cached_property
    def texts(self) -> Path:
        folder = self.root / (self.told.texts or self.layout.texts)
        is_inside = folder.resolve().is_relative_to(self.root.resolve())
        return folder if is_inside and folder.is_dir() else self.root

    @cached_property
    def paths(self) -> list[PurePosixPath]:
        """The pages below ``texts``, at most so many; what links lead to is no part."""
        found = []
        for folder, folders, files in os.walk(self.texts):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            below = Path(folder).relative_to(self.texts)
            found += [PurePosixPath(below / name) for name in sorted(files)]
            if len(found) > 5 * MOST_FILES:
                break
        return [path for path in found if is_text(path, self.told)][:MOST_FILES]

    def draft_of(self, path: PurePosixPath) -> MaterialDraft | None:
        """Return a page; None for what the generator does not publish.

        :raises NotAPage: if it cannot be read.
        """
        document = self._document(path)
        fields = document.fields
        if flag_in(fields, "draft", default=False) or _is_built_apart(fields):
            return None
        if self.layout.needs_fields and not document.has_fields:
            return None
        if not flag_in(fields, "published", default=True):
            return None
        return self._draft(path, document)

    def sections_of(self, drafts: Iterable[MaterialDraft]) -> Iterator[SectionDraft]:
        """Yield the folders of pages, the outer ones first."""
        told: set[PurePosixPath] = set()
        for draft in drafts:
            folder = PurePosixPath(draft.section_id)
            for each in reversed([folder, *folder.parents]):
                if each not in told and (str(each) != TOP or folder == each):
                    told.add(each)
                    yield self._section(each)

    def _section(self, folder: PurePosixPath) -> SectionDraft:
        parent = str(folder.parent)
        return SectionDraft(
            external_id=str(folder),
            name=self._folder_title(folder) or folder.name or self.root.name,
            parent_id="" if parent == TOP else parent,
        )

    def _folder_title(self, folder: PurePosixPath) -> str:
        if title := self.told.titles.get(str(folder)):
            return title
        for name in ("_index.md", "index.md", *self._translated_indexes):
            try:
                return text_in(self._document(folder / name).fields, "title")
            except NotAPage:
                continue
        return ""

    @cached_property
    def _translated_indexes(self) -> list[str]:
        main = self.told.main_language
        others = sorted(self.told.languages, key=lambda each: each != main)
        return [f"_index.{language}.md" for language in others]

    def _draft(self, path: PurePosixPath, document: Document) -> MaterialDraft:
        fields = document.fields
        stem, language = stem_of(path)
        address = self._address(path, fields)
        absolute = prose.absolute_from(address)
        plain = prose.plain_markdown(document.text, base=self._base)
        heading, text = prose.split_title(plain)
        picture, alt = self._picture(path, fields, plain)
        return MaterialDraft(
            external_id=str(path),
            section_id=str(section_path(path)),
            title=self.told.titles.get(str(path))
            or text_in(fields, "title")
            or heading
            or _spoken(stem, path),
            teaser=text_in(fields, "description", "summary", "excerpt", "subtitle"),
            body=prose.html_of(prose.summary_of(text) or text, absolute, whole=text),
            address=address if address.startswith("http") else "",
            author=", ".join(texts_in(fields, "author", "authors")),
            picture_address=absolute(picture) if picture and address else "",
            picture_alt=alt,
            tags=texts_in(fields, "tags", "tag", "keywords"),
            published_at=self._published_at(fields, stem),
            changed_at=moment_in(fields, "lastmod", "last_modified_at", "updated"),
            expires_at=moment_in(fields, "expirydate", "expires"),
            language=text_in(fields, "lang", "language") or language,
            visibility=_visibility(fields),
            original=as_json(fields),
        )

    def _published_at(self, fields: Any, stem: str) -> datetime | None:
        return moment_in(fields, "publishdate", "date", "created") or moment_in(
            {"date": date_in(stem)}, "date"
        )

    @cached_property
    def _site(self) -> str:
        """Where it is published: as the owner says, else as its settings do."""
        site = self.site or self.told.site
        return f"{site.rstrip('/')}/" if site else ""

    @property
    def _base(self) -> str:
        return urlsplit(self._site).path.rstrip("/") if self._site else ""

    def _address(self, path: PurePosixPath, fields: Any) -> str:
        if not self._site:
            return ""
        where = self.layout.path_of(path, fields, self.told)
        return urljoin(self._site, quote(where.lstrip("/"), safe=KEPT_IN_PATHS))

    def _picture(self, path: PurePosixPath, fields: Any, text: str) -> tuple[str, str]:
        for name in ("image", "cover", "featured_image", "thumbnail", "images"):
            value = fields.get(name)
            if isinstance(value, list) and value:
                value = value[0]
            if isinstance(value, dict):
                alt = text_in(value, "alt", "caption")
                return text_in(value, "image", "src", "path", "url"), alt
            if isinstance(value, str) and value:
                return value, text_in(fields, "image_alt", "alt")
        return _beside(self.texts / path) or prose.first_picture(text)

    def _document(self, path: PurePosixPath) -> Document:
        file = self.texts / path
        try:
            # A link may lead out of what the operator has opened.
            if not file.resolve().is_relative_to(self.root.resolve()):
                raise NotAPage(f"{path} leads out of the folder.")
            if file.stat().st_size > LARGEST_FILE:
                raise NotAPage(f"{path} is too large.")
            return document_of(_decoded(file.read_bytes()))
        except (OSError, FrontMatterBroken) as error:
            raise NotAPage(str(error)) from error


def _is_built_apart(fields: Any) -> bool:
    """Tell whether it is no page of its own: a headless bundle, or never rendered."""
    build = fields.get("build") or fields.get("_build")
    render = build.get("render", True) if isinstance(build, dict) else True
    is_headless = flag_in(fields, "headless", default=False)
    return is_headless or str(render).lower() in {"never", "link", "false"}


def _beside(file: Path) -> tuple[str, str] | None:
    """Return the picture of a page's own folder that is named as its cover."""
    if stem_of(PurePosixPath(file.name))[0] != "index":
        return None
    try:
        names = sorted(each.name for each in file.parent.iterdir())
    except OSError:
        return None
    found = next((name for name in names if COVER.fullmatch(name)), "")
    return (found, "") if found else None


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1251", "replace")


def _spoken(stem: str, path: PurePosixPath) -> str:
    name = slug_of(path.parent.name if stem.lower() == "index" else stem)
    words = name.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _visibility(fields: Any) -> Visibility:
    told = text_in(fields, "visibility").lower()
    return Visibility.PRIVATE if told in {"private", "members"} else Visibility.PUBLIC
