"""Where site generators keep their texts, and at which address each will stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from gonets.content.folders.front_matter import moment_in, text_in, texts_in

Fields = Mapping[str, Any]

_DATED = re.compile(r"(?P<date>\d{4}-\d{1,2}-\d{1,2})-(?P<slug>.+)")
_LANGUAGE = re.compile(r"(?i)(?P<stem>.+)\.(?P<language>[a-z]{2}(?:-[a-z]{2,4})?)")
INDEXES = {"index", "_index", "readme"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """``texts`` is the folder of the texts, "" for the whole of it.

    ``path_of`` gives the path of a page on the site, from the file's path below
    ``texts`` and its fields.
    """

    name: str
    signs: tuple[str, ...]  # files in the top folder that tell it
    texts: str
    path_of: Callable[[PurePosixPath, Fields], str]


def _by_folders(path: PurePosixPath, fields: Fields) -> str:
    stem, _language = stem_of(path)
    told = text_in(fields, "url", "permalink")
    if told:
        return told
    last = text_in(fields, "slug") or slug_of(stem)
    parts = [*path.parent.parts, *([] if stem.lower() in INDEXES else [last])]
    return "/".join(["", *parts, ""]) if parts else "/"


def _of_jekyll(path: PurePosixPath, fields: Fields) -> str:
    told = text_in(fields, "permalink")
    if told:
        return told
    stem, _language = stem_of(path)
    moment = moment_in(fields, "date") or moment_in({"date": date_in(stem)}, "date")
    if moment is None:
        return f"/{path.with_suffix('.html')}"
    folders = [part for part in path.parent.parts if not part.startswith("_")]
    kinds = folders + list(texts_in(fields, "categories", "category"))
    slug = text_in(fields, "slug") or slug_of(stem)
    return "/".join(["", *kinds, f"{moment:%Y/%m/%d}", f"{slug}.html"])


LAYOUTS = (
    Layout(
        name="Hugo",
        signs=("hugo.toml", "hugo.yaml", "hugo.json", "config.toml"),
        texts="content",
        path_of=_by_folders,
    ),
    Layout(name="Jekyll", signs=("_config.yml",), texts="", path_of=_of_jekyll),
    Layout(
        name="MkDocs",
        signs=("mkdocs.yml", "mkdocs.yaml"),
        texts="docs",
        path_of=_by_folders,
    ),
)
PLAIN = Layout(name="", signs=(), texts="", path_of=_by_folders)


def stem_of(path: PurePosixPath) -> tuple[str, str]:
    """Return the name of a file and the language it tells: ``news.ru.md``."""
    found = _LANGUAGE.fullmatch(path.stem)
    return (found["stem"], found["language"].lower()) if found else (path.stem, "")


def slug_of(stem: str) -> str:
    found = _DATED.fullmatch(stem)
    return found["slug"] if found else stem


def date_in(stem: str) -> str:
    """Return the day a file is named after, with two digits each."""
    found = _DATED.fullmatch(stem)
    if not found:
        return ""
    year, month, day = found["date"].split("-")
    return f"{year}-{month:0>2}-{day:0>2}"


def is_text(path: PurePosixPath) -> bool:
    """Whether it is a page: no draft, no list of others, nothing a generator owns."""
    hidden = {part for part in path.parts[:-1] if part.startswith((".", "_"))}
    return (
        path.suffix.lower() in {".md", ".markdown"}
        and not path.name.startswith(".")
        and hidden <= {"_posts"}
        and not stem_of(path)[0].startswith("_")
        and "node_modules" not in path.parts
    )


def section_path(path: PurePosixPath) -> PurePosixPath:
    """Return the folder that is the section of a page.

    A page with a folder of its own (``news/bridge/index.md``) belongs to the one above.
    """
    is_bundle = stem_of(path)[0].lower() == "index" and len(path.parts) > 2
    folder = path.parent.parent if is_bundle else path.parent
    return PurePosixPath(*(part for part in folder.parts if part != "_posts"))
