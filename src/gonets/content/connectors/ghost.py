"""Ghost by its Content API: https://docs.ghost.org/content-api."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin

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
from gonets.content.states import FetchFailure, Visibility

POSTS_A_PAGE = 50
UNTAGGED = "posts"


class GhostConnector(Connector):
    caption = "Ghost"
    explanation = _("Posts by their first tag; what only members see stays out.")
    gives_private = True
    icon = "ghost"
    address_help = _("Of the site.")
    needs = (
        Need(
            name="key",
            label=_("Content API key"),
            kind=NeedKind.SECRET,
            is_required=True,
            help=_("In Ghost: Settings, Integrations, a custom integration."),
        ),
    )

    def recognise(self, look: Look) -> Iterable[Recognition]:
        if 'content="Ghost' in look.page:
            yield Recognition(
                address=look.address, name=host_of(look.address), certainty=60
            )

    def materials(self, access: Access, wish: Wish) -> Reading:
        page = page_of(wish.cursor)
        since = f"{wish.changed_since:%Y-%m-%d %H:%M:%S}" if wish.changed_since else ""
        answer = _asked(
            access,
            "posts/",
            limit=POSTS_A_PAGE,
            page=page,
            include="tags,authors",
            filter=f"updated_at:>'{since}'" if since else "",
        )
        if not isinstance(answer, dict) or not isinstance(answer.get("posts"), list):
            raise SourceUnreadable(FetchFailure.NOT_UNDERSTOOD, "no list of posts")
        posts = nodes_in(answer, "posts")
        pages = number_in(answer, "meta", "pagination", "pages")
        return Reading(
            name=host_of(access.address),
            sections=tuple({s.external_id: s for s in map(_section, posts)}.values()),
            materials=known_once([_draft(post, access.address) for post in posts]),
            next_cursor=str(page + 1) if page < pages else "",
        )

    def material(self, access: Access, external_id: str) -> MaterialDraft | None:
        answer = _asked(
            access, "posts/", filter=f"id:'{external_id}'", include="tags,authors"
        )
        found = nodes_in(answer, "posts")
        return _draft(found[0], access.address) if found else None


def _asked(access: Access, route: str, **parameters: object) -> object:
    base = urljoin(f"{access.address.rstrip('/')}/", f"ghost/api/content/{route}")
    key = access.settings.get("key") or ""
    return access.get_json(
        asking_for(base, {"key": key, **parameters}),
        headers={"Accept-Version": "v5.0"},
    )


def _draft(post: Node, site: str) -> MaterialDraft:
    is_open = text_in(post, "visibility") in {"", "public"}
    tags = nodes_in(post, "tags")
    return MaterialDraft(
        external_id=text_in(post, "id"),
        section_id=_section(post).external_id,
        title=line_in(post, "title"),
        teaser=text_in(post, "custom_excerpt") or text_in(post, "excerpt"),
        body=text_in(post, "html"),
        address=absolute(text_in(post, "url"), site),
        author=", ".join(line_in(one, "name") for one in nodes_in(post, "authors")),
        picture_address=absolute(text_in(post, "feature_image"), site),
        picture_alt=line_in(post, "feature_image_alt"),
        tags=tuple(line_in(tag, "name") for tag in tags if _is_shown(tag)),
        published_at=moment_in(post, "published_at"),
        changed_at=moment_in(post, "updated_at"),
        visibility=Visibility.PUBLIC if is_open else Visibility.PRIVATE,
        original=dict(post),
    )


def _section(post: Node) -> SectionDraft:
    primary = node_in(post, "primary_tag")
    first = next(filter(_is_shown, nodes_in(post, "tags")), {})
    tag = primary if _is_shown(primary) else first
    slug = text_in(tag, "slug") or text_in(tag, "id")
    if not slug:
        return SectionDraft(external_id=UNTAGGED, name="")
    return SectionDraft(external_id=f"tag:{slug}", name=line_in(tag, "name"))


def _is_shown(tag: Node) -> bool:
    """Whether readers see the tag: Ghost hides those that begin with #."""
    return bool(tag) and text_in(tag, "visibility") in {"", "public"}


connector = GhostConnector()
