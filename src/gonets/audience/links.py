"""Links in letters that say who leaves what, without a log-in.

A token names the readership and the person's random ``link_key``, signed; it holds no
time and stays valid as long as the site's key or its ``SECRET_KEY_FALLBACKS``.
"""

from __future__ import annotations

from dataclasses import dataclass

from gonets.audience.models import SignUp, Subscription
from gonets.kernel import tokens

PURPOSE = "unsubscribe"
SIGN_UP = "sign-up"
INERT = "preview"  # shorter than any ``link_key``
EVERYBODY = "browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeLink:
    """What an undamaged token says."""

    readership_key: str
    link_key: str

    @property
    def is_inert(self) -> bool:
        """Tell whether it is from a preview or a test letter, and does nothing."""
        return self.link_key in {INERT, EVERYBODY}

    @property
    def is_for_everybody(self) -> bool:
        """Tell whether it is from the page that shows a letter to anybody."""
        return self.link_key == EVERYBODY

    def subscription(self) -> Subscription | None:
        """Return whose link it is; None if it is inert or the person was deleted."""
        return (
            Subscription.objects.filter(
                readership__key=self.readership_key,
                subscriber__link_key=self.link_key,
            )
            .select_related("subscriber", "readership")
            .first()
        )


def unsubscribe_token(*, readership_key: str, link_key: str) -> str:
    """Return the same token for the same person and readership, always."""
    return tokens.sign(PURPOSE, readership_key, link_key)


def unsubscribe_signer(readership_key: str) -> tokens.Signer:
    """Return what makes the tokens of many people, by their ``link_key``."""
    return tokens.Signer(PURPOSE, readership_key)


def inert_token(readership_key: str) -> str:
    """Return a token for previews and test letters: its page explains itself."""
    return tokens.sign(PURPOSE, readership_key, INERT)


def everybodys_token(readership_key: str) -> str:
    """Return a token for pages that do not know who reads them; it does nothing."""
    return tokens.sign(PURPOSE, readership_key, EVERYBODY)


def parse_unsubscribe_token(token: str) -> UnsubscribeLink:
    """Return what the token says.

    :raises kernel.tokens.BadToken: if we did not make it for this purpose.
    """
    parts = tokens.verify(PURPOSE, token)
    if len(parts) != 2:
        raise tokens.BadToken("This link names no subscription.")
    return UnsubscribeLink(readership_key=parts[0], link_key=parts[1])


def sign_up_token(sign_up: SignUp) -> str:
    """Return the token that only the owner of the mailbox gets to see."""
    return tokens.sign(SIGN_UP, sign_up.key)


def sign_up_of(token: str) -> SignUp | None:
    """Return what the token confirms; None if it is damaged or long forgotten."""
    try:
        (key,) = tokens.verify(SIGN_UP, token)
    except ValueError:  # ``BadToken`` is one, and so are parts too many.
        return None
    return SignUp.objects.filter(key=key).select_related("subscriber").first()
