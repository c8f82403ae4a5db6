"""Will receivers believe that the letter is from its sender, and can readers leave?"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from gonets.kernel.addresses import BadAddress
from gonets.letters.problems import Goal, Level, Problem
from gonets.publishing.errors import PublicAddressUnfit, SendRefused
from gonets.publishing.preflight.dossiers import Check, Dossier
from gonets.publishing.preflight.models import DomainLook
from gonets.publishing.relays import check_public_address, relays_in_use
from gonets.publishing.signing import is_signed, sender_domain
from gonets.publishing.states import RecordState


def public_address(dossier: Dossier) -> Iterator[Problem]:
    """Without https, mail programs do not offer to unsubscribe by one click."""
    try:
        check_public_address(relay.url for relay in relays_in_use())
    except PublicAddressUnfit as error:
        yield Problem(
            level=Level.BLOCKING,
            code="sending-refused",
            text=str(error),
            fix="",
            goal=Goal.RELAYS,
        )
    except SendRefused:
        return  # There is no relay at all; the page of sending says so.


def signature(dossier: Dossier) -> Iterator[Problem]:
    domain = _domain(dossier)
    if domain and not is_signed(dossier.specimen.content.sender_address):
        yield Problem(
            level=Level.WARNING,
            code="letter-unsigned",
            text=_("Letters from %(domain)s are not signed (DKIM).")
            % {"domain": domain},
            why=_("Receivers take letters that nobody signs for junk more easily."),
            fix=_(
                "An administrator can make a key for signing beside the mail server, "
                "or say there that the mail server signs them."
            ),
            goal=Goal.SIGNING,
        )


def records(dossier: Dossier) -> Iterator[Problem]:
    domain = _domain(dossier)
    look = DomainLook.objects.filter(domain=domain).first() if domain else None
    if look is None:
        return
    if look.dkim in {RecordState.MISSING, RecordState.DIFFERENT}:
        yield _of_dns(
            "dkim-unpublished",
            _("DNS has no fitting half of the key that signs letters from %(domain)s."),
            domain,
            goal=Goal.SIGNING,
        )
    if look.spf == RecordState.MISSING:
        text = _("DNS does not say which servers may send for %(domain)s (SPF).")
        yield _of_dns("spf-missing", text, domain)
    elif look.spf == RecordState.DIFFERENT:
        text = _("DNS has several SPF records of %(domain)s; that is as good as none.")
        yield _of_dns("spf-missing", text, domain)
    if look.dmarc in {RecordState.MISSING, RecordState.DIFFERENT}:
        text = _(
            "DNS does not say what to do with forged letters of %(domain)s (DMARC)."
        )
        yield _of_dns("dmarc-missing", text, domain)


def _of_dns(code: str, text: str, domain: str, *, goal: Goal = Goal.NOWHERE) -> Problem:
    return Problem(
        level=Level.WARNING,
        code=code,
        text=text % {"domain": domain},
        why=_("Gmail and others refuse letters of such domains, or call them junk."),
        fix=_("Whoever looks after the domain can publish the record."),
        goal=goal,
    )


def _domain(dossier: Dossier) -> str:
    """Return the sender's domain, if letters leave this machine; else ""."""
    if not dossier.leaves or not dossier.specimen.content.sender_address:
        return ""
    try:
        return sender_domain(dossier.specimen.content.sender_address)
    except BadAddress:
        return ""


CHECKS: tuple[Check, ...] = (public_address, signature, records)
