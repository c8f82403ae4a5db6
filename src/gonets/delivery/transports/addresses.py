"""Addresses on the wire: those of relays, and those of senders and recipients."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

import idna
from django.utils.translation import gettext as _

from gonets.delivery.errors import BadRelayAddress
from gonets.delivery.ports import LetterUnfit

_SECURITY = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_UNSAFE_IN_PATH = re.compile(r"[\x00-\x20\x7f-\xa0<>\u2028\u2029]")


class AddressUnfit(LetterUnfit):
    """This one address cannot be written to through this relay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAddress:
    """Where a relay is, how the way to it is secured, and who logs in."""

    host: str
    port: int
    security: str  # "none", "starttls" or "tls"
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Without the password: this is written to logs."""
        return f"RelayAddress({self.host}:{self.port}, {self.security})"


def parse_relay_address(url: str) -> RelayAddress:
    """Read ``smtp://``, ``smtp+starttls://`` or ``smtps://[user:password@]host[:port]``.

    :raises BadRelayAddress: with a sentence for people.
    """
    parts, port = _split(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and parts.scheme == "smtp":
        raise BadRelayAddress(
            _(
                "The password would travel unencrypted."
                " Write smtps:// or smtp+starttls:// instead of smtp://."
            )
        )
    if "\0" in user + password:
        raise BadRelayAddress(_("The user name and the password cannot hold %00."))
    return RelayAddress(
        host=parts.hostname or "",
        port=port or _PORTS[parts.scheme],
        security=_SECURITY[parts.scheme],
        user=user,
        password=password,
    )


def _split(url: str) -> tuple[SplitResult, int | None]:
    if _UNSAFE_IN_PATH.search(url.strip()):  # urlsplit would drop line ends silently
        raise BadRelayAddress(_malformed())
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = parts.hostname
    except ValueError as error:
        raise BadRelayAddress(_malformed()) from error
    if parts.scheme not in _SECURITY or not host:
        raise BadRelayAddress(_malformed())
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadRelayAddress(_malformed())
    return parts, port


def _malformed() -> str:
    return _(
        "This is not the address of a relay. Write it like"
        " smtps://user:password@mail.example.com:465; a user name or a password with"
        " special characters must be percent-encoded."
    )


def mailbox(address: str, *, takes_utf8: bool) -> str:
    """Return the address as it stands between angle brackets on the wire.

    :raises AddressUnfit: if it cannot be written to through this relay.
    """
    if _UNSAFE_IN_PATH.search(address) or address.count("@") < 1:
        raise AddressUnfit(_("The address holds characters that no relay can take."))
    local, _at, domain = address.rpartition("@")
    try:
        wire_domain = domain if domain.isascii() else _ascii(domain)
    except idna.IDNAError as error:
        raise AddressUnfit(_("The domain of the address is not valid.")) from error
    if not local.isascii() and not takes_utf8:
        raise AddressUnfit(
            _(
                "The relay cannot take addresses with letters other than Latin before"
                " the @ (it does not offer SMTPUTF8)."
            )
        )
    return f"{local}@{wire_domain}"


def _ascii(domain: str) -> str:
    return idna.encode(domain, uts46=True).decode("ascii")
