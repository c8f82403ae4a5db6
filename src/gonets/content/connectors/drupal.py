"""Drupal by JSON:API: https://www.drupal.org/docs/core-modules-and-themes/core-modules/jsonapi-module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin

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
    text_in,
)
from gonets.content.states import FetchFailure
from gonets.kernel import http

NODES_A_PAGE = 50
_NAME = re.compile(r"[a-z0-9_]{1,64}")


class DrupalConnector(Connector):
    caption = "Drupal"
    explanation = _("Published content with pictures, by the JSON:API module.")
    icon = "droplet"
    address_help = _("Of the site; its JSON:API module must be on.")
    needs = (
        Need(name="type", label=_("Content type"), initial="article"),
        Need(name="picture", label=_("Field of the picture"), initial="field_image"),
        Need(
            name="terms",
            label=_("Field of the sections"),
            initial="field_tags",
            help=_("Of a taxonomy; its first term is the section."),
        ),
    )

    def recognise(self, look: Look) -> Iterable[Recognition]:
        told = f"{look.header('x-generator')} {look.page}"
        if re.search(r'(?:content="|^)Drupal \d', told):
            yield Recognition(
                address=look.address, name=host_of(look.address), certainty=60
            )

    def materials(self, access: Access, wish: Wish) -> Reading:
        answer = _asked(access, wish)
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise SourceUnreadable(FetchFailure.NOT_UNDERSTOOD, "no list of content")
        included = {
            (text_in(each, "type"), text_in(each, "id")): each
            for each in nodes_in(answer, "included")
        }
        fields = {name: _field(access, name) for name in ("picture", "terms")}
        nodes = nodes_in(answer, "data")
        drafts = [_draft(n, included, fields, access.address) for n in nodes]
        sections = [_section(n, included, fields["terms"]) for n in nodes]
        return Reading(
            name=host_of(access.address),
            sections=tuple({each.external_id: each for each in sections}.values()),
            materials=known_once(drafts),
            next_cursor=_next(answer, access.address),
        )


def _asked(access: Access, wish: Wish) -> object:
    if wish.cursor and host_of(wish.cursor) == host_of(access.address):
        return access.get_json(wish.cursor, headers=_ACCEPT)
    kind = str(access.settings.get("type") or "article")
    if not _NAME.fullmatch(kind):
        raise SourceUnreadable(FetchFailure.SETTINGS_MISSING, "type")
    base = urljoin(f"{access.address.rstrip('/')}/", f"jsonapi/node/{kind}")
    asked: dict[str, object] = {
        "filter[status]": "1",
        "sort": "-changed",
        "page[limit]": NODES_A_PAGE,
    }
    if wish.changed_since:
        asked["filter[since][condition][path]"] = "changed"
        asked["filter[since][condition][operator]"] = ">="
        asked["filter[since][condition][value]"] = int(wish.changed_since.timestamp())
    fields = [_field(access, name) for name in ("picture", "terms")]
    try:
        with_fields = {**asked, "include": ",".join(filter(None, fields))}
        return access.get_json(asking_for(base, with_fields), headers=_ACCEPT)
    except http.Refusal as error:
        # The site has no such fields: without pictures is better than not at all.
        if error.status != 400:
            raise
        return access.get_json(asking_for(base, asked), headers=_ACCEPT)


_ACCEPT = {"Accept": "application/vnd.api+json"}


def _field(access: Access, name: str) -> str:
    written = str(access.settings.get(name) or "").strip()
    return written if _NAME.fullmatch(written) else ""


def _draft(
    node: Node,
    included: Mapping[tuple[str, str], Node],
    fields: Mapping[str, str],
    site: str,
) -> MaterialDraft:
    said = node_in(node, "attributes")
    pictures = _related(node, fields["picture"])
    picture = _found(pictures, included)
    terms = _related(node, fields["terms"])
    alias = text_in(said, "path", "alias")
    number = text_in(said, "drupal_internal__nid")
    return MaterialDraft(
        external_id=text_in(node, "id"),
        section_id=_section(node, included, fields["terms"]).external_id,
        title=line_in(said, "title"),
        teaser=text_in(said, "body", "summary"),
        body=text_in(said, "body", "processed") or text_in(said, "body", "value"),
        address=absolute(alias or (f"/node/{number}" if number else ""), site),
        picture_address=absolute(text_in(picture, "attributes", "uri", "url"), site),
        picture_alt=line_in(pictures[0], "meta", "alt") if pictures else "",
        tags=tuple(
            line_in(included.get(_key(term), {}), "attributes", "name")
            for term in terms
            if _key(term) in included
        ),
        published_at=moment_in(said, "created"),
        changed_at=moment_in(said, "changed"),
        language=text_in(said, "langcode"),
        original=dict(said),
    )


def _section(
    node: Node, included: Mapping[tuple[str, str], Node], field: str
) -> SectionDraft:
    terms = _related(node, field)
    name = line_in(_found(terms, included), "attributes", "name")
    if not name:
        kind = text_in(node, "type").rpartition("--")[2] or "content"
        return SectionDraft(external_id=f"type:{kind}", name=kind.capitalize())
    return SectionDraft(external_id=f"term:{text_in(terms[0], 'id')}", name=name)


def _related(node: Node, field: str) -> list[Node]:
    """Return what a field refers to: one or several."""
    there = node_in(node, "relationships", field)
    one = node_in(there, "data")
    return [one] if one else nodes_in(there, "data")


def _found(related: list[Node], included: Mapping[tuple[str, str], Node]) -> Node:
    return included.get(_key(related[0]), {}) if related else {}


def _key(reference: Node) -> tuple[str, str]:
    return text_in(reference, "type"), text_in(reference, "id")


def _next(answer: object, site: str) -> str:
    following = text_in(answer, "links", "next", "href") or text_in(
        answer, "links", "next"
    )
    address = absolute(following, site)
    return address if host_of(address) == host_of(site) else ""


connector = DrupalConnector()
