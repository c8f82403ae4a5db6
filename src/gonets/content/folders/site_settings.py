"""What the settings of a site generator say of its addresses, where it is simple."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import yaml

from gonets.content.folders.front_matter import BROKEN

LARGEST = 512 * 1024
MOST_TITLES = 20_000
HUGO = (
    *("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"),
    *("config.toml", "config.yaml", "config.yml", "config.json"),
    *("config/_default/hugo.toml", "config/_default/hugo.yaml"),
    *("config/_default/config.toml", "config/_default/config.yaml"),
)
JEKYLL = ("_config.yml", "_config.yaml")
MKDOCS = ("mkdocs.yml", "mkdocs.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """``permalinks`` are patterns by section; ``titles`` what a menu calls files."""

    texts: str = ""  # the folder of the texts, where it is not the usual one
    site: str = ""  # where it is published
    permalinks: Mapping[str, str] = field(default_factory=dict)
    has_plain_files: bool = False  # "a.html" instead of "a/"
    keeps_case: bool = False
    dates_from_names: bool = False
    languages: frozenset[str] = frozenset()
    main_language: str = ""
    collections: Mapping[str, str] = field(default_factory=dict)  # name → permalink
    excluded: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)


def hugo_settings(root: Path) -> SiteSettings:
    told = _first(root, HUGO)
    permalinks = _mapping(told.get("permalinks"))
    pages = _mapping(permalinks.get("page")) or permalinks
    dates = _mapping(told.get("frontmatter")).get("date")
    return SiteSettings(
        texts=_text(told, "contentdir"),
        site=_site(_text(told, "baseurl")),
        permalinks=_texts(pages),
        has_plain_files=told.get("uglyurls") is True,
        keeps_case=told.get("disablepathtolower") is True,
        dates_from_names=isinstance(dates, list) and ":filename" in dates,
        languages=frozenset(_mapping(told.get("languages"))),
        main_language=_text(told, "defaultcontentlanguage") or "en",
    )


def jekyll_settings(root: Path) -> SiteSettings:
    told = _first(root, JEKYLL)
    site = _site(_text(told, "url"))
    excluded = told.get("exclude")
    names = excluded if isinstance(excluded, list) else []
    return SiteSettings(
        site=urljoin(site, _text(told, "baseurl").strip("/") + "/") if site else "",
        permalinks={"": _text(told, "permalink")},
        collections=dict(_collections(told.get("collections"))),
        excluded=frozenset(str(each).strip("/") for each in names),
    )


def mkdocs_settings(root: Path) -> SiteSettings:
    told = _first(root, MKDOCS)
    return SiteSettings(
        texts=_text(told, "docs_dir"),
        site=_site(_text(told, "site_url")),
        has_plain_files=told.get("use_directory_urls") is False,
        titles=dict(islice(_nav(told.get("nav"), depth=0), MOST_TITLES)),
    )


def _collections(told: Any) -> Iterator[tuple[str, str]]:
    for name, about in _mapping(told).items():
        if isinstance(about, dict) and about.get("output") is True:
            yield name, str(about.get("permalink") or "")


def _nav(nav: Any, *, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the titles of pages by their paths, and of folders by theirs."""
    if not isinstance(nav, list) or depth > 10:
        return
    for each in nav:
        for title, where in each.items() if isinstance(each, dict) else ():
            if isinstance(where, str) and "://" not in where:
                yield where, str(title)
            elif isinstance(where, list):
                folders = {_folder(below) for below in where} - {""}
                if len(folders) == 1:
                    yield folders.pop(), str(title)
                yield from _nav(where, depth=depth + 1)


def _folder(below: Any) -> str:
    """Return the folder of a page of a menu; "" for none, or another menu's."""
    where = next(iter(below.values()), "") if isinstance(below, dict) else below
    return where.rpartition("/")[0] if isinstance(where, str) else ""


def _first(root: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the settings, their names in lower case; of broken ones nothing."""
    for name in names:
        file = root / name
        try:
            inside = file.resolve().is_relative_to(root.resolve())
            if not inside or not file.is_file() or file.stat().st_size > LARGEST:
                continue
            told = _read(file)
        except (OSError, *BROKEN):
            continue
        if isinstance(told, dict):
            return {str(key).lower(): value for key, value in told.items()}
    return {}


def _read(file: Path) -> Any:
    written = file.read_bytes().decode("utf-8-sig", "replace")
    if file.suffix == ".toml":
        return tomllib.loads(written)
    if file.suffix == ".json":
        return json.loads(written)
    return yaml.load(written, _TolerantLoader)  # noqa: S506 - it is a safe one


class _TolerantLoader(yaml.SafeLoader):
    """YAML in which tags of the generator's own (``!ENV``) stand for nothing."""


_TolerantLoader.add_multi_constructor("", lambda _loader, _tag, _node: None)


def _mapping(value: Any) -> dict[str, Any]:
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}


def _texts(value: dict[str, Any]) -> dict[str, str]:
    return {name: text for name, text in value.items() if isinstance(text, str)}


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value.strip() if isinstance(value, str) else ""


def _site(address: str) -> str:
    """Return an address that readers can open; what a draft's settings say is none."""
    is_web = address.startswith(("http://", "https://"))
    is_local = "//localhost" in address or "//127." in address
    return f"{address.rstrip('/')}/" if is_web and not is_local else ""
