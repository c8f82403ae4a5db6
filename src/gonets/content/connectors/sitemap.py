"""Any site that has a sitemap: its new and changed pages, read one by one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import (
    Access,
    Connector,
    Look,
    MaterialDraft,
    Need,
    Reading,
    Recognition,
    SectionDraft,
    Wish,
)
from gonets.content.errors import SourceUnreadable
from gonets.content.foreign import absolute, host_of
from gonets.content.page_reading import NotAPage, read_page
from gonets.content.sitemaps import (
    Listed,
    NotASitemap,
    moment_of,
    read_sitemap,
    sitemaps_in_robots,
)
from gonets.content.states import FetchFailure
from gonets.kernel import http

PAGES_AT_ONCE = 10
MOST_PAGES_A_FETCH = 300
MOST_SITEMAPS = 30
MOST_REMEMBERED = 20_000
TOP = "/"
_NOINDEX = re.compile(
    rb"""(?i)<meta[^>]+name=["']?robots["']?[^>]+content=["'][^"']*noindex"""
)


class SitemapConnector(Connector):
    caption = _("Site with a sitemap")
    explanation = _("New and changed pages; title, text and picture as each says them.")
    icon = "map"
    address_help = _("Of the sitemap, or of the site: robots.txt says where it is.")
    needs = (
        Need(
            name="only",
            label=_("Only below"),
            help=_("The beginning of the path, such as /news/; empty: all pages."),
        ),
    )

    def recognise(self, look: Look) -> Iterable[Recognition]:
        content = look.answer.content if look.answer else b""
        if b"<urlset" in content[:2000] or b"<sitemapindex" in content[:2000]:
            yield Recognition(
                address=look.address, name=host_of(look.address), certainty=70
            )

    def materials(self, access: Access, wish: Wish) -> Reading:
        remembered = _remembered(access)
        todo = _todo(wish.cursor)
        if todo is None:
            listed = _wanted(access, remembered)
            todo = [_kept(each) for each in listed[:MOST_PAGES_A_FETCH]]
        drafts, skipped = [], 0
        for item in todo[:PAGES_AT_ONCE]:
            draft = _draft(access, item)
            skipped += draft is None
            if draft is not None:
                drafts.append(draft)
        for item in todo[:PAGES_AT_ONCE]:
            remembered[_mark(item["address"])] = item["changed"]
        rest = todo[PAGES_AT_ONCE:]
        names = dict.fromkeys(draft.section_id for draft in drafts)
        return Reading(
            name=host_of(access.address),
            materials=tuple({draft.external_id: draft for draft in drafts}.values()),
            sections=tuple(map(_section, names)),
            skipped=skipped,
            next_cursor=json.dumps(rest) if rest else "",
            memory={"seen": dict(list(remembered.items())[-MOST_REMEMBERED:])},
        )

    def material(self, access: Access, external_id: str) -> MaterialDraft | None:
        if host_of(external_id) != host_of(access.address):
            return None
        return _draft(access, {"address": external_id})


def _wanted(access: Access, remembered: dict[str, str]) -> list[Listed]:
    """Return the pages that are new or changed, the newest first."""
    only = str(access.settings.get("only") or "")
    host = host_of(access.address).removeprefix("www.")
    found = []
    for page in _pages(access):
        moment = _written(page)
        if host_of(page.address).removeprefix("www.") != host:
            continue
        if only and not urlsplit(page.address).path.startswith(only):
            continue
        if remembered.get(_mark(page.address)) == moment:
            continue
        found.append(page)
    return sorted(found, key=_written, reverse=True)


def _pages(access: Access) -> Iterator[Listed]:
    waiting = _entrances(access)
    seen: set[str] = set()
    while waiting and len(seen) < MOST_SITEMAPS:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        try:
            sitemap = read_sitemap(access.get(address).content)
        except NotASitemap as error:
            if len(seen) == 1 and not waiting:
                raise SourceUnreadable(
                    FetchFailure.NOT_UNDERSTOOD, str(error)
                ) from error
            continue
        yield from sitemap.pages
        newest = sorted(sitemap.sitemaps, key=_written, reverse=True)
        waiting += [absolute(each.address, address) for each in newest]


def _entrances(access: Access) -> list[str]:
    path = urlsplit(access.address).path
    if path.endswith((".xml", ".xml.gz", ".txt")) or "sitemap" in path:
        return [access.address]
    try:
        robots = access.get(urljoin(access.address, "/robots.txt")).content
    except http.Refusal:
        robots = b""
    told = [absolute(each, access.address) for each in sitemaps_in_robots(robots)]
    return [each for each in told if each] or [urljoin(access.address, "/sitemap.xml")]


def _draft(access: Access, item: dict[str, str]) -> MaterialDraft | None:
    """Read a page; None if it is none, or does not want to be found."""
    try:
        answer = access.get(item["address"])
        if "noindex" in answer.headers.get("x-robots-tag", "").lower():
            return None
        if _NOINDEX.search(answer.content[:300_000]):
            return None
        kind = answer.headers.get("content-type", "")
        page = read_page(answer.content, address=answer.address, content_type=kind)
    except (http.HttpError, NotAPage):
        return None
    told_at = _moment(item.get("published", ""))
    return MaterialDraft(
        external_id=item["address"],
        section_id=_section_id(page.address or item["address"]),
        title=item.get("title") or page.title,
        teaser=page.teaser,
        address=page.address,
        author=page.author,
        picture_address=page.picture_address,
        picture_alt=page.picture_alt,
        tags=page.tags,
        published_at=page.published_at or told_at or _moment(item.get("changed", "")),
        changed_at=page.changed_at,
        expires_at=page.expires_at,
        language=page.language,
        original={"sitemap": dict(item)},
    )


def _section_id(address: str) -> str:
    parts = [part for part in urlsplit(address).path.split("/") if part]
    return f"/{parts[0]}/" if len(parts) > 1 else TOP


def _section(section_id: str) -> SectionDraft:
    words = section_id.strip("/").replace("-", " ").replace("_", " ")
    return SectionDraft(external_id=section_id, name=words[:1].upper() + words[1:])


def _todo(cursor: str) -> list[dict[str, str]] | None:
    """Return the pages that a cursor names; None: the sitemap is to be read."""
    try:
        told = json.loads(cursor) if cursor else None
    except ValueError:
        return None
    if not isinstance(told, list):
        return None
    return [item for item in told if _is_item(item)]


def _is_item(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and all(isinstance(v, str) for v in item.values())
        and ("address" in item and "changed" in item)
    )


def _kept(page: Listed) -> dict[str, str]:
    return {
        "address": page.address,
        "changed": _written(page),
        "published": page.published_at.isoformat() if page.published_at else "",
        "title": page.title[:500],
    }


def _written(page: Listed) -> str:
    moment = page.changed_at or page.published_at
    return moment.isoformat() if moment else ""


def _moment(written: str) -> datetime | None:
    return moment_of(written) if written else None


def _mark(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:16]


def _remembered(access: Access) -> dict[str, str]:
    seen = access.memory.get("seen")
    return dict(seen) if isinstance(seen, dict) else {}


connector = SitemapConnector()
