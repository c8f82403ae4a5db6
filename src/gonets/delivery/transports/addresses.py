"""Addresses on the wire: those of relays, and those of senders and recipients."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

import idna
from django.utils.translation import gettext as _

from gonets.delivery.errors import BadRelayAddress
from gonets.delivery.ports import LetterUnfit

_SECURITY = {
    "smtp": "none",
    "smtp+starttls": "starttls",
    "smtps": "tls",
    "lmtp": "none",
    "lmtp+unix": "none",
}
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465, "lmtp": 24}
RELAY_SCHEMES = tuple(_SECURITY)
XOAUTH2 = "xoauth2"
_UNSAFE_IN_PATH = re.compile(r"[\x00-\x20\x7f-\xa0<>\u2028\u2029]")


class AddressUnfit(LetterUnfit):
    """This one address cannot be written to through this relay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAddress:
    """Where a relay is, how the way to it is secured, and who logs in."""

    host: str = ""
    port: int = 0
    path: str = ""  # of a socket on this machine, instead of host and port
    security: str = "none"  # "none", "starttls" or "tls"
    is_lmtp: bool = False
    user: str = ""
    password: str = ""
    auth: str = ""  # XOAUTH2: the password is an access token; "": a password

    def __repr__(self) -> str:
        """Without the password: this is written to logs."""
        return f"RelayAddress({self.path or f'{self.host}:{self.port}'})"

    @property
    def name(self) -> str:
        return self.path or self.host


def parse_relay_address(url: str) -> RelayAddress:
    """Read the address of a relay, in one of these forms.

    ``smtp://host[:port]``, ``smtp+starttls://`` or ``smtps://[user:password@]host[:port]``
    with an optional ``?auth=xoauth2``, ``lmtp://host[:port]``, ``lmtp+unix:///path``.

    :raises BadRelayAddress: with a sentence for people.
    """
    parts = _split(url)
    if parts.scheme == "lmtp+unix":
        return RelayAddress(path=unquote(parts.path), is_lmtp=True)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    auth = _auth(parts.query)
    _check_login(parts.scheme, user=user, password=password, auth=auth)
    return RelayAddress(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        security=_SECURITY[parts.scheme],
        is_lmtp=parts.scheme == "lmtp",
        user=user,
        password=password,
        auth=auth,
    )


def _auth(query: str) -> str:
    if query.lower() not in ("", f"auth={XOAUTH2}"):
        raise BadRelayAddress(
            _("Nothing but ?auth=xoauth2 can stand behind the address of a relay.")
        )
    return XOAUTH2 if query else ""


def _check_login(scheme: str, *, user: str, password: str, auth: str) -> None:
    if user and scheme == "lmtp":
        raise BadRelayAddress(
            _("LMTP knows no log-in. Leave out the user name and the password.")
        )
    if user and _SECURITY[scheme] == "none":
        raise BadRelayAddress(
            _(
                "The password would travel unencrypted."
                " Write smtps:// or smtp+starttls:// instead of smtp://."
            )
        )
    if auth and not (user and password):
        raise BadRelayAddress(
            _("XOAUTH2 needs a user name, and the access token as the password.")
        )
    if password and not user:
        raise BadRelayAddress(_malformed())
    if any(ord(character) < 32 for character in user + password):
        raise BadRelayAddress(
            _("The user name and the password cannot hold control characters.")
        )


def _split(url: str) -> SplitResult:
    if _UNSAFE_IN_PATH.search(url.strip()):  # urlsplit would drop line ends silently
        raise BadRelayAddress(_malformed())
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname
        (host or "").encode("idna")  # as looking the name up does
    except ValueError as error:
        raise BadRelayAddress(_malformed()) from error
    is_whole = bool(_is_socket_path(parts) if _is_unix(parts) else host and port != 0)
    if parts.scheme not in _SECURITY or not is_whole or parts.fragment:
        raise BadRelayAddress(_malformed())
    if not _is_unix(parts) and parts.path not in ("", "/"):
        raise BadRelayAddress(_malformed())
    return parts


def _is_unix(parts: SplitResult) -> bool:
    return parts.scheme == "lmtp+unix"


def _is_socket_path(parts: SplitResult) -> bool:
    is_alone = not parts.netloc and not parts.query and "%00" not in parts.path
    return is_alone and parts.path.startswith("/") and len(parts.path) > 1


def _malformed() -> str:
    return _(
        "This is not the address of a relay. Write it like"
        " smtps://user:password@mail.example.com:465. A user name or a password with"
        " special characters must be percent-encoded."
    )


def mailbox(address: str, *, takes_utf8: bool) -> str:
    """Return the address as it stands between angle brackets on the wire.

    :raises AddressUnfit: if it cannot be written to through this relay.
    """
    if _UNSAFE_IN_PATH.search(address) or "@" not in address:
        raise AddressUnfit(_("The address holds characters that no relay can take."))
    if address.isascii():
        return address
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
