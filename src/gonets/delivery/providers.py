"""Which domains belong to one mailbox provider, so that they share one budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Mail.ru": (
        "mail.ru",
        "bk.ru",
        "inbox.ru",
        "list.ru",
        "internet.ru",
        "xmail.ru",
        "mail.ua",
    ),
    "Yandex": ("yandex.*", "ya.ru", "narod.ru"),
    "Rambler": (
        "rambler.ru",
        "rambler.ua",
        "lenta.ru",
        "autorambler.ru",
        "myrambler.ru",
        "ro.ru",
    ),
    "Outlook": ("outlook.*", "hotmail.*", "live.*", "msn.com"),
    "Yahoo": ("yahoo.*", "ymail.com", "rocketmail.com", "aol.*"),
    "iCloud": ("icloud.com", "me.com", "mac.com"),
    "GMX": ("gmx.*", "web.de"),
    "Proton": ("proton.me", "protonmail.com", "pm.me"),
}
"""``name.*`` stands for the name under any top-level domain: yandex.com.tr too."""

_ANY_ENDING = ".*"


class Providers:
    """Tells the provider of a domain.

    One's own rows come before the built-in ones, and replace those of the same name.
    """

    def __init__(self, own: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        self._by_domain: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        rows = [(provider, tuple(domains)) for provider, domains in own]
        named = {provider for provider, _domains in rows}
        built_in = [row for row in BUILT_IN.items() if row[0] not in named]
        for provider, domains in (*built_in, *rows):
            for domain in domains:
                self._add(provider, domain)

    def _add(self, provider: str, domain: str) -> None:
        if domain.endswith(_ANY_ENDING):
            name = domain.removesuffix(_ANY_ENDING)
            self._by_name[name] = provider
            for known in [one for one in self._by_domain if _name_of(one) == name]:
                del self._by_domain[known]
        else:
            self._by_domain[domain] = provider

    def of(self, address_key: str) -> str:
        """Return the provider of an address; a domain of its own is one as well."""
        domain = address_key.rpartition("@")[2]
        found = self._by_domain.get(domain)
        return found or self._by_name.get(_name_of(domain)) or domain


def _name_of(domain: str) -> str:
    """Return what stands before the ending; ``""`` for a name below another one."""
    name, _dot, ending = domain.partition(".")
    # yandex.com.tr is a yandex, yandex.mail-archive.example is somebody else's.
    is_ending = len(ending) <= 3 or (
        ending.count(".") == 1 and all(len(part) <= 3 for part in ending.split("."))
    )
    return name if is_ending else ""
