"""WordPress by its REST interface (``wp/v2``), WordPress.com too.

https://developer.wordpress.org/rest-api/reference/posts/
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import (
    Access,
    Connector,
    Look,
    MaterialDraft,
    Need,
    NeedKind,
    Reading,
    Recognition,
    SectionDraft,
    Wish,
    json_of,
)
from gonets.content.errors import SourceUnreadable
from gonets.content.foreign import (
    Node,
    absolute,
    asking_for,
    host_of,
    known_once,
    line_in,
    moment_in,
    node_in,
    nodes_in,
    number_in,
    page_of,
    text_in,
)
from gonets.content.states import FetchFailure
from gonets.kernel import http
from gonets.kernel.html import line_of, text_of

WORDPRESS_COM = "https://public-api.wordpress.com/wp/v2/sites/"
POSTS_A_PAGE = 50
MOST_PAGES_OF_SECTIONS = 20
WIDEST_PICTURE = 1200
WATCHED = 100
"""So many of the newest posts are looked for each time: gone ones are withdrawn."""

BY_CATEGORY, BY_TYPE = "categories", "types"
_API_LINK = re.compile(r"""(?i)<link\b[^>]*\brel=["']https://api\.w\.org/["'][^>]*>""")
_HREF = re.compile(r"""(?i)\bhref=["']([^"']+)["']""")
_HEADER = re.compile(r"""(?i)<([^>]+)>\s*;\s*rel="https://api\.w\.org/\"""")
_CUT = re.compile(r"(?s)\s*(?:\[(?:…|\.\.\.)\]|(?:Continue reading|Читать далее).*)$")
_TYPE = re.compile(r"[a-z0-9_-]{1,40}")


class WordPressConnector(Connector):
    caption = "WordPress"
    explanation = _("Posts with pictures and categories, as visitors see them.")
    icon = "newspaper"
    address_help = _("Of the site, or of its interface (…/wp-json/).")
    needs = (
        Need(
            name="types",
            label=_("Kinds of content"),
            initial="posts",
            help=_("With commas between them, such as: posts, events"),
        ),
        Need(
            name="sections",
            label=_("Sections are"),
            kind=NeedKind.CHOICE,
            choices=(
                (BY_CATEGORY, _("the categories of the site")),
                (BY_TYPE, _("the kinds of content")),
            ),
            initial=BY_CATEGORY,
        ),
        Need(
            name="user",
            label=_("User"),
            help=_(
                "Only for sites that let nobody in without an application password."
            ),
        ),
        Need(name="password", label=_("Application password"), kind=NeedKind.SECRET),
    )

    def recognise(self, look: Look) -> Iterable[Recognition]:
        root = _announced(look.header("link"), look.page, look.address)
        if root:
            yield Recognition(address=root, name=host_of(look.address), certainty=80)
        elif host_of(look.address).endswith(".wordpress.com"):
            root = (
                f"https://public-api.wordpress.com/wp/v2/sites/{host_of(look.address)}/"
            )
            yield Recognition(address=root, name=host_of(look.address), certainty=75)

    def sections(self, access: Access) -> Iterable[SectionDraft]:
        if access.settings.get("sections") == BY_TYPE:
            return [_type_section(each) for each in _types(access)]
        return [*_categories(_Site(access)), _type_section("posts")]

    def materials(self, access: Access, wish: Wish) -> Reading:
        site = _Site(access)
        kinds = _types(access)
        kind, _, number = (wish.cursor or f"{kinds[0]}:1").rpartition(":")
        kind = kind if kind in kinds else kinds[0]
        page = page_of(number)
        posts, pages = site.posts(kind, page=page, wish=wish)
        shown = [post for post in posts if not _is_protected(post)]
        drafts = known_once([site.draft(kind, post) for post in shown])
        following = _following(kinds, kind, page=page, pages=pages)
        newest = _newest(access, drafts, wish)
        return Reading(
            name=site.name,
            address=site.root,
            materials=drafts,
            withdrawn=(
                *(_id(kind, post) for post in posts if _is_protected(post)),
                *(() if following else site.missing(_watched(access))),
            ),
            next_cursor=following,
            memory={"newest": newest},
        )

    def material(self, access: Access, external_id: str) -> MaterialDraft | None:
        site = _Site(access)
        kind, _, number = external_id.rpartition("/")
        if not (_TYPE.fullmatch(kind) and number.isdecimal()):
            return None
        try:
            post, _answer = site.get(f"{kind}/{number}", _embed="1")
        except http.Refusal as error:
            if error.status in {401, 403, 404, 410}:
                return None
            raise
        if not isinstance(post, dict) or _is_protected(post):
            return None
        return site.draft(kind, post)


class _Site:
    """A site's interface; ``root`` is where its routes begin."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._headers = _credentials(access)
        self.root = self._found_root()
        self.name = host_of(self.root)

    def get(self, route: str, **parameters: object) -> tuple[object, http.Answer]:
        within = "" if "/wp/v2/" in self.root else "wp/v2/"
        address = asking_for(f"{self.root}{within}{route}", parameters)
        headers = {"Accept": "application/json", **self._headers}
        answer = self._access.get(address, headers=headers)
        return json_of(answer.content), answer

    def posts(self, kind: str, *, page: int, wish: Wish) -> tuple[list[Node], int]:
        """Return a page of posts, and how many pages there are."""
        since = wish.changed_since.isoformat() if wish.changed_since else ""
        try:
            found, answer = self.get(
                kind, per_page=POSTS_A_PAGE, page=page, _embed="1", modified_after=since
            )
        except http.Refusal as error:
            # Beyond the last page: posts went away while we were reading.
            if error.status == 400 and page > 1:
                return [], page
            raise
        if not isinstance(found, list):
            raise SourceUnreadable(FetchFailure.NOT_UNDERSTOOD, "no list of posts")
        pages = number_in(dict(answer.headers), "x-wp-totalpages")
        return nodes_in({"posts": found}, "posts"), pages

    def missing(self, ids: list[str]) -> list[str]:
        """Return which of the newest posts visitors cannot see any more."""
        gone = []
        for kind in dict.fromkeys(each.rpartition("/")[0] for each in ids):
            numbers = [e.rpartition("/")[2] for e in ids if e.startswith(f"{kind}/")]
            found, _answer = self.get(
                kind, include=",".join(numbers), per_page=WATCHED, _fields="id"
            )
            if isinstance(found, list):
                there = {text_in(post, "id") for post in found}
                gone += [f"{kind}/{each}" for each in numbers if each not in there]
        return gone

    def draft(self, kind: str, post: Node) -> MaterialDraft:
        embedded = node_in(post, "_embedded")
        picture = next(iter(nodes_in(embedded, "wp:featuredmedia")), {})
        return MaterialDraft(
            external_id=_id(kind, post),
            section_id=self._section_of(kind, post),
            title=line_in(post, "title", "rendered"),
            teaser=_CUT.sub("", text_of(text_in(post, "excerpt", "rendered")).strip()),
            body=text_in(post, "content", "rendered"),
            address=absolute(text_in(post, "link"), self.root),
            author=line_of(
                text_in(next(iter(nodes_in(embedded, "author")), {}), "name")
            ),
            picture_address=absolute(_picture_address(picture), self.root),
            picture_alt=line_of(text_in(picture, "alt_text")),
            tags=tuple(_terms(embedded, "post_tag")),
            published_at=moment_in(post, "date_gmt") or moment_in(post, "date"),
            changed_at=moment_in(post, "modified_gmt"),
            original={key: value for key, value in post.items() if key != "_embedded"},
        )

    def _section_of(self, kind: str, post: Node) -> str:
        categories = post.get("categories")
        is_by_type = self._access.settings.get("sections") == BY_TYPE
        if is_by_type or not isinstance(categories, list) or not categories:
            return f"type:{kind}"
        return f"category:{categories[0]}"

    def _found_root(self) -> str:
        address = self._access.address
        parts = urlsplit(address)
        if "rest_route=" in parts.query or "/wp-json" in parts.path:
            return address if address.endswith(("/", "=")) else f"{address}/"
        if "/wp/v2/" in parts.path:
            return address if address.endswith("/") else f"{address}/"
        answer = self._access.get(headers=self._headers)
        page = answer.content[:300_000].decode("utf-8", "replace")
        root = _announced(answer.headers.get("link", ""), page, answer.address)
        return root or urljoin(f"{answer.address.rstrip('/')}/", "wp-json/")


def _announced(header: str, page: str, base: str) -> str:
    found = _HEADER.search(header)
    if found:
        return absolute(found[1], base)
    tag = _API_LINK.search(page)
    href = _HREF.search(tag[0]) if tag else None
    return (
        absolute(href[1].replace("&#038;", "&").replace("&amp;", "&"), base)
        if href
        else ""
    )


def _credentials(access: Access) -> dict[str, str]:
    user = str(access.settings.get("user") or "")
    password = str(access.settings.get("password") or "")
    if not (user and password):
        return {}
    if not access.address.startswith("https://"):
        raise SourceUnreadable(FetchFailure.NOT_SECURE, "a password, but no https")
    both = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return {"Authorization": f"Basic {both}"}


def _types(access: Access) -> list[str]:
    written = str(access.settings.get("types") or "posts").lower().split(",")
    return [each.strip() for each in written if _TYPE.fullmatch(each.strip())] or [
        "posts"
    ]


def _categories(site: _Site) -> Iterator[SectionDraft]:
    found: dict[str, SectionDraft] = {}
    for page in range(1, MOST_PAGES_OF_SECTIONS + 1):
        answer, _headers = site.get("categories", per_page=100, page=page)
        nodes = nodes_in({"all": answer}, "all")
        for node in nodes:
            number, parent = text_in(node, "id"), number_in(node, "parent")
            found[number] = SectionDraft(
                external_id=f"category:{number}",
                name=line_in(node, "name"),
                parent_id=f"category:{parent}" if parent else "",
            )
        if len(nodes) < 100:
            break
    return _parents_first(found)


def _parents_first(found: dict[str, SectionDraft]) -> Iterator[SectionDraft]:
    told: set[str] = set()
    waiting = list(found.values())
    while waiting:
        ready = [
            each
            for each in waiting
            if each.parent_id in told or each.parent_id.partition(":")[2] not in found
        ]
        # Parents that go round in circles are told as they come.
        for each in ready or waiting:
            told.add(each.external_id)
            yield each
        waiting = [each for each in waiting if each.external_id not in told]


def _type_section(kind: str) -> SectionDraft:
    return SectionDraft(external_id=f"type:{kind}", name=kind.replace("-", " ").title())


def _following(kinds: list[str], kind: str, *, page: int, pages: int) -> str:
    if page < pages:
        return f"{kind}:{page + 1}"
    place = kinds.index(kind) + 1
    return f"{kinds[place]}:1" if place < len(kinds) else ""


def _newest(access: Access, drafts: Iterable[MaterialDraft], wish: Wish) -> list[str]:
    """Return the posts to look for at the next fetch, the newest first."""
    came, known = [draft.external_id for draft in drafts], _watched(access)
    both = [*came, *known] if wish.changed_since else [*known, *came]
    return list(dict.fromkeys(both))[:WATCHED]


def _watched(access: Access) -> list[str]:
    kept = access.memory.get("newest")
    known = kept if isinstance(kept, list | tuple) else ()
    return [each for each in known if isinstance(each, str)]


def _id(kind: str, post: Node) -> str:
    number = number_in(post, "id")
    return f"{kind}/{number}" if number else ""


def _is_protected(post: Node) -> bool:
    is_locked = node_in(post, "content").get("protected") is True
    return is_locked or text_in(post, "status") not in {"", "publish"}


def _picture_address(picture: Node) -> str:
    sizes = [
        (number_in(size, "width"), text_in(size, "source_url"))
        for size in node_in(picture, "media_details", "sizes").values()
    ]
    fitting = [size for size in sizes if 0 < size[0] <= WIDEST_PICTURE and size[1]]
    return max(fitting)[1] if fitting else text_in(picture, "source_url")


def _terms(embedded: Node, taxonomy: str) -> Iterator[str]:
    groups = embedded.get("wp:term")
    for group in groups if isinstance(groups, list) else ():
        for term in nodes_in({"terms": group}, "terms"):
            if text_in(term, "taxonomy") == taxonomy:
                yield line_in(term, "name")


connector = WordPressConnector()
