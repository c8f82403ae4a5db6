"""What a web page is about: from Open Graph, JSON-LD and the HTML itself; pure.

Nothing here asks the web, and nothing trusts what came from there: all words are plain
text, all addresses http or https.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from gonets.content.cleaning import TEASER_CHARACTERS
from gonets.content.linked_data import Node, main_node, name_in, text_in, texts_in
from gonets.content.page_decoding import decoded
from gonets.content.page_moments import moment_of
from gonets.content.page_tags import PageTags, page_tags
from gonets.kernel.html import excerpt, line_of, text_of

LONGEST_TITLE = 500
LONGEST_ADDRESS = 2000

_SEPARATOR = re.compile(r"\s+[|—–·•»:-]{1,2}\s+")
_NOT_A_PAGE = re.compile(
    r"^(?:image|audio|video|font|application/(?!xhtml|xml))", re.IGNORECASE
)
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF")


class NotAPage(ValueError):
    """There is something at the address, but nothing that people read in a browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """``title`` is never empty; what the page does not say is empty or None.

    ``address`` is the one that the page wants to be known by, if it is of its own site.
    """

    address: str
    title: str
    teaser: str = ""
    picture_address: str = ""
    picture_alt: str = ""
    author: str = ""
    site_name: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    published_at: datetime | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None


def read_page(content: bytes, *, address: str, content_type: str = "") -> PageReading:
    """Return what the page says of itself.

    ``address`` is where it came from in the end, after all redirects.

    :raises NotAPage: if it is a picture, a document or the like.
    """
    if _NOT_A_PAGE.match(content_type.strip()) or content.startswith(_BINARY):
        raise NotAPage(f"What is at {address:.200} is not a web page.")
    found = page_tags(decoded(content, content_type))
    node = main_node(found.linked_data)
    site_name = found.meta.get("og:site_name", "") or text_in(node, "publisher")
    picture, picture_alt = _picture(found, node, address=address)
    return PageReading(
        address=_own_address(found, address),
        title=_title(found, node, site_name=site_name) or _title_of(address),
        teaser=_teaser(found, node),
        picture_address=picture,
        picture_alt=picture_alt,
        author=_author(found, node),
        site_name=line_of(site_name)[:200],
        language=_language(found, node),
        tags=tuple(dict.fromkeys(found.tags or texts_in(node, "keywords")))[:50],
        **_moments(found, node),
    )


def _title(found: PageTags, node: Node, *, site_name: str) -> str:
    named = _first(
        found.meta.get("og:title", ""),
        found.meta.get("twitter:title", ""),
        text_in(node, "headline"),
        found.heading if found.heading and found.heading in found.title else "",
        found.title,
        found.heading,
        text_in(node, "name"),
    )
    return _without_site(line_of(_plain(named)), site_name)[:LONGEST_TITLE]


def _without_site(title: str, site_name: str) -> str:
    """Return "Ferry opened" of "Ferry opened — The Harbour", if that is the site."""
    *before, last = _SEPARATOR.split(title)
    if site_name and before and last.strip().casefold() == site_name.casefold():
        return title[: title.rindex(last)].rstrip(" |—–·•»:-")
    return title


def _title_of(address: str) -> str:
    """Return words for a page that has none, such as "harbour.example: new ferry"."""
    parts = urlsplit(address)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    words = line_of(re.sub(r"[-_+]+", " ", re.sub(r"\.\w{1,5}$", "", last)))
    return f"{parts.hostname}: {words}" if words else str(parts.hostname)


def _teaser(found: PageTags, node: Node) -> str:
    words = _first(
        found.meta.get("og:description", ""),
        found.meta.get("twitter:description", ""),
        found.meta.get("description", ""),
        text_in(node, "description"),
        *found.paragraphs[:1],
    )
    return excerpt(_plain(words), characters=TEASER_CHARACTERS)


def _plain(words: str) -> str:
    """Some sites put HTML into what should be plain text."""
    return text_of(words) if re.search(r"</?[a-zA-Z][^<>]*>|&[#\w]+;", words) else words


def _picture(found: PageTags, node: Node, *, address: str) -> tuple[str, str]:
    base = _web(urljoin(address, found.base), address) or address
    meta = found.meta
    for name in ("og:image:secure_url", "og:image", "og:image:url"):
        if picture := _web(meta.get(name, ""), base):
            return picture, meta.get("og:image:alt", "")
    named = (
        meta.get("twitter:image", "") or meta.get("twitter:image:src", ""),
        text_in(node, "image", "thumbnailUrl"),
        found.links.get("image_src", ""),
    )
    for given in named:
        if picture := _web(given, base):
            return picture, meta.get("twitter:image:alt", "")
    for given, alt in found.pictures[:20]:
        if picture := _web(given, base):
            return picture, alt
    return "", ""


def _own_address(found: PageTags, address: str) -> str:
    base = _web(found.base, address) or address
    for named in (found.links.get("canonical", ""), found.meta.get("og:url", "")):
        own = _web(named, base)
        if own and _host(own) == _host(address):
            return urldefrag(own).url
    return urldefrag(address).url


def _web(given: str, base: str) -> str:
    """Return an absolute web address, or nothing for whatever else it is."""
    given = line_of(given)
    if not given or " " in given:
        given = given.replace(" ", "%20")
    try:
        whole = urljoin(base, given) if given else ""
        is_web = (
            urlsplit(whole).scheme in {"http", "https"} and urlsplit(whole).hostname
        )
    except ValueError:
        return ""
    return whole if is_web and len(whole) <= LONGEST_ADDRESS else ""


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _author(found: PageTags, node: Node) -> str:
    names = (
        name_in(node, "author"),
        found.meta.get("author", ""),
        found.meta.get("article:author", ""),
    )
    named = (line_of(name)[:200] for name in names if not name.startswith("http"))
    return _first(*named)


def _language(found: PageTags, node: Node) -> str:
    return _first(
        found.language, text_in(node, "inLanguage"), found.meta.get("og:locale", "")
    ).replace("_", "-")[:35]


def _moments(found: PageTags, node: Node) -> dict[str, datetime | None]:
    meta = found.meta
    return {
        "published_at": _moment(
            meta.get("article:published_time", ""),
            text_in(node, "datePublished", "dateCreated", "uploadDate"),
            *(meta.get(name, "") for name in ("datepublished", "date", "dc.date")),
            *(meta.get(name, "") for name in ("dc.date.issued", "pubdate")),
            found.moment,
        ),
        "changed_at": _moment(
            meta.get("article:modified_time", ""),
            meta.get("og:updated_time", ""),
            text_in(node, "dateModified"),
        ),
        "expires_at": _moment(
            meta.get("article:expiration_time", ""),
            text_in(node, "expires", "endDate", "validThrough"),
        ),
    }


def _moment(*texts: str) -> datetime | None:
    return next((moment for text in texts if (moment := moment_of(text))), None)


def _first(*texts: str) -> str:
    return next((text for text in _stripped(texts) if text), "")


def _stripped(texts: Iterable[str]) -> Iterable[str]:
    return (text.strip() for text in texts)
