"""What looks at the letter's links found."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.letters.pages import PageLink
from gonets.letters.problems import Level, Problem
from gonets.publishing.preflight.addresses import (
    MOST_LINKS,
    digest,
    host_of,
    hosts_for_examples,
    plain_address,
    web_addresses,
)
from gonets.publishing.preflight.dossiers import Check, Dossier
from gonets.publishing.preflight.models import LinkLook
from gonets.publishing.preflight.states import TROUBLES, LookState

CODES = {
    LookState.CLOSED: "link-private",
    LookState.INSIDE: "link-private",
}


def dead_links(dossier: Dossier) -> Iterator[Problem]:
    by_digest: dict[str, PageLink] = {}
    for link in reversed(dossier.specimen.page.links):
        address = plain_address(link.address)
        if address:
            by_digest[digest(address)] = link
    looks = LinkLook.objects.filter(sha256__in=list(by_digest), state__in=TROUBLES)
    for look in looks.order_by("pk"):
        link = by_digest[look.sha256]
        yield Problem(
            level=Level.WARNING,
            code=CODES.get(LookState(look.state), "link-dead"),
            text=_("“%(text)s”: %(trouble)s.")
            % {
                "text": link.text[:60] or host_of(look.address),
                "trouble": _trouble(look),
            },
            why=_("Whoever follows %(address)s gets nothing.")
            % {"address": look.address[:120]},
            fix=_("Correct the address or take the link out."),
            field=link.field,
        )


def links_for_examples(dossier: Dossier) -> Iterator[Problem]:
    """Only where letters leave: in a site for trying out all addresses are such."""
    if not dossier.leaves:
        return
    for host in hosts_for_examples(web_addresses(dossier.specimen))[:3]:
        yield Problem(
            level=Level.WARNING,
            code="link-dead",
            text=_("Nobody can open %(host)s: the name is kept for examples.")
            % {"host": host},
            fix=_("Put the real address there."),
            field=_field_of_host(dossier, host),
        )


def too_many_links(dossier: Dossier) -> Iterator[Problem]:
    count = len(web_addresses(dossier.specimen))
    if count > MOST_LINKS:
        yield Problem(
            level=Level.ADVICE,
            code="links-unchecked",
            text=ngettext(
                "The letter has %(count)d link; only the first %(most)d are checked.",
                "The letter has %(count)d links; only the first %(most)d are checked.",
                count,
            )
            % {"count": count, "most": MOST_LINKS},
            why=_("Spam filters distrust letters with that many."),
            fix=_("Leave out what readers do not need."),
        )


def _trouble(look: LinkLook) -> str:
    label = LookState(look.state).label
    return f"{label}, {look.status}" if look.status else str(label)


def _field_of_host(dossier: Dossier, host: str) -> str:
    links = dossier.specimen.page.links
    return next((each.field for each in links if host_of(each.address) == host), "")


CHECKS: tuple[Check, ...] = (dead_links, links_for_examples, too_many_links)
