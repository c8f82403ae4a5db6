"""What an address itself tells, without asking anybody: letters may not arrive."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.publishing.rehearsal.reasons import MISSPELT, NO_SUCH_DOMAIN

NEVER_EXISTS = ("example", "test", "invalid", "localhost", "local", "internal")
"""Top-level domains of RFC 2606, RFC 6762 and ICANN that the Internet never has."""

_SPELLINGS = {
    "gmail.com": (
        "gmial.com gmai.com gmal.com gamil.com gnail.com gmaill.com gmail.con gmail.cm "
        "gmail.co gmail.om gmail.cmo gmail.comm gmail.ru gmali.com gmail.ocm"
    ),
    "yandex.ru": "yandex.r yandex.ry yandex.eu yanex.ru yandx.ru yadex.ru yndex.ru",
    "mail.ru": "mail.r mail.ry mal.ru maill.ru mai.ru mail.eu meil.ru",
    "hotmail.com": "hotmial.com hotmal.com hotmai.com hotmil.com hotmail.con",
    "yahoo.com": "yaho.com yahooo.com yhaoo.com yahoo.con",
    "outlook.com": "outlok.com outloook.com outlook.con",
    "icloud.com": "iclod.com icoud.com icloud.con",
    "rambler.ru": "ramler.ru rambler.r rambler.ry rambller.ru",
}
MEANT = {
    wrong: right for right, wrongs in _SPELLINGS.items() for wrong in wrongs.split()
}
"""Frequent slips in the names of large providers; none of them is one itself."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """``detail`` names what was probably meant."""

    reason: str
    detail: str = ""


def doubt_about(address_key: str, *, is_for_the_internet: bool) -> Doubt | None:
    """Return what speaks against this address; the built-in mailbox takes them all."""
    domain = address_key.rpartition("@")[2]
    if domain in MEANT:
        return Doubt(MISSPELT, MEANT[domain])
    if not is_for_the_internet or domain.startswith("["):
        return None
    if "." not in domain or domain.rpartition(".")[2] in NEVER_EXISTS:
        return Doubt(NO_SUCH_DOMAIN, domain)
    return None
