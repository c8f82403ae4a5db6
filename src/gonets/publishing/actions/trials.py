"""Test letters: the letter as it is, to an editor's own address; no state changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import translation
from django.utils.translation import gettext as _

from gonets.delivery.causes import advise
from gonets.delivery.errors import DeliveryError, RelayFailure
from gonets.delivery.judgement import cause_of
from gonets.delivery.ports import Envelope, LetterUnfit
from gonets.delivery.trials import send_letters
from gonets.kernel import clock
from gonets.kernel.addresses import BadAddress, parse_address
from gonets.letters.errors import LetterError
from gonets.letters.types import LetterContent
from gonets.newsletters.models import Issue
from gonets.newsletters.types import Person
from gonets.publishing.contents import content_now
from gonets.publishing.errors import SigningRefused, TestLetterFailed
from gonets.publishing.letters import letter_of
from gonets.publishing.models import TestAddresses
from gonets.publishing.previews import inert_envelope
from gonets.publishing.relays import relays_in_use
from gonets.publishing.signing import current_signer

MOST_TEST_ADDRESSES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TestAnswer:
    """What the relay said to one test letter."""

    __test__ = False  # not a test case, whatever its name says to pytest

    address: str
    is_accepted: bool
    answer: str


def send_test_letter(
    issue_id: int, addresses: Sequence[str], *, user: Person | None
) -> list[TestAnswer]:
    """Send the letter, marked as a test, to each address through the main relay.

    It registers nothing, and its way to unsubscribe does nothing; only the addresses
    are remembered for the editor's next one.

    :raises TestLetterFailed: if an address is none, the letter cannot be made, or the
        relay takes no letters at all; says why.
    :raises RelayMissing: if there is no relay.
    """
    spelled = _checked(addresses)
    relay = relays_in_use()[0]
    issue = Issue.objects.select_related("newsletter__readership").get(pk=issue_id)
    name = user.get_full_name() if user and hasattr(user, "get_full_name") else ""
    try:
        envelopes = _envelopes(issue, spelled, name=name)
        replies = send_letters(relay.url, envelopes)
    except RelayFailure as failure:
        reason = advise(cause_of(failure), str(failure))
        raise TestLetterFailed(reason) from failure
    except (LetterError, LetterUnfit, DeliveryError, SigningRefused) as error:
        raise TestLetterFailed(str(error)) from error
    _remember(spelled, user=user)
    return [
        TestAnswer(address=address, is_accepted=reply.is_positive, answer=str(reply))
        for address, reply in zip(spelled, replies, strict=True)
    ]


def _remember(addresses: Sequence[str], *, user: Person | None) -> None:
    """Keep where the editor's next test letter is likely to go, too."""
    if user is not None and user.pk:
        TestAddresses.objects.update_or_create(
            user_id=user.pk,
            defaults={"addresses": ", ".join(addresses), "used_at": clock.now()},
        )


def _checked(addresses: Sequence[str]) -> list[str]:
    """Return each address once, as it is to be written to."""
    spelled: dict[str, str] = {}
    for text in addresses:
        try:
            address = parse_address(text)
        except BadAddress as error:
            raise TestLetterFailed(
                _("“%(address)s” is not an e-mail address.") % {"address": text[:100]}
            ) from error
        spelled.setdefault(address.key, address.spelling)
    if not spelled:
        raise TestLetterFailed(_("Enter the address that the test letter goes to."))
    if len(spelled) > MOST_TEST_ADDRESSES:
        raise TestLetterFailed(
            _("A test letter goes to at most %(most)d addresses.")
            % {"most": MOST_TEST_ADDRESSES}
        )
    return list(spelled.values())


def _envelopes(issue: Issue, addresses: Sequence[str], *, name: str) -> list[Envelope]:
    letter = letter_of(
        _marked(content_now(issue.pk)),
        issue.newsletter.readership,
        signer=current_signer(issue.newsletter.sender_address),
    )
    return [
        inert_envelope(letter, address=address, known={"name": name}, date=clock.now())
        for address in addresses
    ]


def _marked(content: LetterContent) -> LetterContent:
    with translation.override(content.language):
        mark = _("[Test]")
    return replace(content, subject=f"{mark} {content.subject}".strip())
