"""Where site generators keep their texts, and at which address each will stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from gonets.content.folders.front_matter import moment_in, text_in, texts_in
from gonets.content.folders.site_settings import (
    HUGO,
    JEKYLL,
    MKDOCS,
    SiteSettings,
    hugo_settings,
    jekyll_settings,
    mkdocs_settings,
)

Fields = Mapping[str, Any]

_DATED = re.compile(r"(?P<date>\d{4}-\d{1,2}-\d{1,2})-(?P<slug>.+)")
_LANGUAGE = re.compile(r"(?i)(?P<stem>.+)\.(?P<language>[a-z]{2}(?:-[a-z]{2,4})?)")
_NO_PART = re.compile(r"[^\w.\-~+#/]+")
_PLACEHOLDER = re.compile(r":(\w+)")
INDEXES = {"index", "_index", "readme"}
NOT_TEXTS = {"node_modules", "drafts", "vendor"}
JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "weekdate": "/:categories/:year/W:week/:short_day/:title.html",
    "none": "/:categories/:title.html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """``texts`` is the folder of the texts, "" for the whole of it.

    ``path_of`` gives the path of a page on the site, from the file's path below
    ``texts``, its fields, and what the site's settings say.
    """

    name: str
    signs: tuple[str, ...]  # files in the top folder that tell it
    texts: str
    path_of: Callable[[PurePosixPath, Fields, SiteSettings], str]
    read: Callable[[Path], SiteSettings] = lambda _root: SiteSettings()
    needs_fields: bool = False  # a file without front matter is no page


def _of_hugo(path: PurePosixPath, fields: Fields, told: SiteSettings) -> str:
    stem, language = stem_of(path)
    is_other = language in told.languages and language != told.main_language
    start = f"/{language}" if is_other else ""
    if address := text_in(fields, "url"):
        return address if address.startswith("/") else f"{start}/{address}"
    slug = text_in(fields, "slug") or (slug_of(stem) if told.dates_from_names else stem)
    section = path.parts[0] if len(path.parts) > 1 else ""
    is_index = stem.lower() in {"index", "_index"}
    pattern = told.permalinks.get(section, "")
    if pattern and stem.lower() != "_index":
        name = slug_of(path.parent.name) if is_index else slug
        where = _filled(pattern, path, fields, slug=name)
    else:
        folders = path.parent.parts
        if is_index and text_in(fields, "slug") and folders:
            folders = (*folders[:-1], slug)
        where = "/".join(["", *folders, *([] if is_index else [slug])])
    where = where if told.keeps_case else where.lower()
    where = _NO_PART.sub("-", where.replace(" ", "-")).rstrip("/")
    ending = ".html" if told.has_plain_files and not is_index else "/"
    return f"{start}{where}{ending}"


def _by_folders(path: PurePosixPath, fields: Fields, told: SiteSettings) -> str:
    stem, _language = stem_of(path)
    address = text_in(fields, "url", "permalink")
    if address:
        return address
    last = text_in(fields, "slug") or (slug_of(stem) if not told.titles else stem)
    is_index = stem.lower() in INDEXES
    parts = [*path.parent.parts, *([] if is_index else [last])]
    if told.has_plain_files:
        ending = "index.html" if is_index else ""
        return (
            "/".join(["", *parts, ending]) if is_index else f"/{'/'.join(parts)}.html"
        )
    return "/".join(["", *parts, ""]) if parts else "/"


def _of_jekyll(path: PurePosixPath, fields: Fields, told: SiteSettings) -> str:
    stem, _language = stem_of(path)
    pattern = told.permalinks.get("", "")
    is_post = "_posts" in path.parts
    if address := text_in(fields, "permalink"):
        pattern = JEKYLL_STYLES.get(address, address)
        return _filled(pattern, path, fields, slug=_jekyll_slug(stem, fields))
    collection = path.parts[0].removeprefix("_")
    if not is_post and collection in told.collections and path.parts[0][0] == "_":
        pattern = told.collections[collection] or "/:collection/:path.html"
        return _filled(pattern, path, fields, slug=_jekyll_slug(stem, fields))
    if not is_post:
        return _page_of_jekyll(path, stem, is_pretty=pattern == "pretty")
    pattern = JEKYLL_STYLES.get(pattern, pattern) or JEKYLL_STYLES["date"]
    return _filled(pattern, path, fields, slug=_jekyll_slug(stem, fields))


def _page_of_jekyll(path: PurePosixPath, stem: str, *, is_pretty: bool) -> str:
    folder = "/".join(["", *path.parent.parts])
    if stem.lower() == "index":
        return f"{folder}/"
    return f"{folder}/{stem}/" if is_pretty else f"{folder}/{stem}.html"


def _jekyll_slug(stem: str, fields: Fields) -> str:
    return text_in(fields, "slug") or slug_of(stem)


def _filled(pattern: str, path: PurePosixPath, fields: Fields, *, slug: str) -> str:
    """Return a permalink with what its placeholders stand for."""
    moment = moment_of(path, fields)
    folders = [part for part in path.parent.parts if not part.startswith("_")]
    told = texts_in(fields, "categories", "category")
    values = {
        "title": slug,
        "slug": slug,
        "filename": path.stem,
        "contentbasename": path.stem,
        "slugorfilename": slug,
        "slugorcontentbasename": slug,
        "name": slug,
        "path": "/".join([*folders, slug]),
        "section": path.parts[0] if len(path.parts) > 1 else "",
        "sections": "/".join(folders),
        "collection": path.parts[0].removeprefix("_"),
        "categories": "/".join(dict.fromkeys([*folders, *told])).lower(),
        "output_ext": ".html",
        **_dates(moment),
    }
    filled = _PLACEHOLDER.sub(lambda one: values.get(one[1], one[0]), pattern)
    return re.sub(r"/{2,}", "/", f"/{filled}")


def _dates(moment: datetime | None) -> dict[str, str]:
    if moment is None:
        return {}
    return {
        "year": f"{moment:%Y}",
        "short_year": f"{moment:%y}",
        "month": f"{moment:%m}",
        "i_month": str(moment.month),
        "monthname": f"{moment:%B}".lower(),
        "day": f"{moment:%d}",
        "i_day": str(moment.day),
        "y_day": f"{moment:%j}",
        "yearday": str(moment.timetuple().tm_yday),
        "week": f"{moment:%V}",
        "short_day": f"{moment:%a}",
        "weekday": str((moment.weekday() + 1) % 7),
        "weekdayname": f"{moment:%A}".lower(),
        "hour": f"{moment:%H}",
        "minute": f"{moment:%M}",
        "second": f"{moment:%S}",
    }


def moment_of(path: PurePosixPath, fields: Fields) -> datetime | None:
    """Return when a page is from: as it says, else as its file is named."""
    named = {"date": date_in(stem_of(path)[0])}
    return moment_in(fields, "date") or moment_in(named, "date")


LAYOUTS = (
    Layout(
        name="Hugo", signs=HUGO, texts="content", path_of=_of_hugo, read=hugo_settings
    ),
    Layout(
        name="Jekyll",
        signs=JEKYLL,
        texts="",
        path_of=_of_jekyll,
        read=jekyll_settings,
        needs_fields=True,
    ),
    Layout(
        name="MkDocs",
        signs=MKDOCS,
        texts="docs",
        path_of=_by_folders,
        read=mkdocs_settings,
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


def is_text(path: PurePosixPath, told: SiteSettings) -> bool:
    """Whether it is a page: no draft, no list of others, nothing a generator owns."""
    folders = path.parts[:-1]
    hidden = {part for part in folders if part.startswith((".", "_"))}
    output = {"_posts", *(f"_{name}" for name in told.collections)}
    is_excluded = any(
        str(each) in told.excluded for each in (path, *path.parents) if str(each) != "."
    )
    return (
        path.suffix.lower() in {".md", ".markdown"}
        and not path.name.startswith(".")
        and hidden <= output
        and not stem_of(path)[0].startswith("_")
        and NOT_TEXTS.isdisjoint(folders)
        and not is_excluded
    )


def section_path(path: PurePosixPath) -> PurePosixPath:
    """Return the folder that is the section of a page.

    A page with a folder of its own (``news/bridge/index.md``) belongs to the one above.
    """
    is_bundle = stem_of(path)[0].lower() == "index" and len(path.parts) > 2
    folder = path.parent.parent if is_bundle else path.parent
    return PurePosixPath(*(part for part in folder.parts if part != "_posts"))
