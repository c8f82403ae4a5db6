"""Links: do they lead anywhere, and does their text say where?"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from gonets.letters.pages import PageLink
from gonets.letters.problems import Level, Problem
from gonets.letters.specimens import Specimen

SCHEMES = ("https://", "http://", "mailto:", "tel:", "sms:", "#")

SAYS_NOTHING = {
    *("click here", "here", "click", "this link", "link", "press here", "tap here"),
    *("здесь", "тут", "сюда", "нажмите здесь", "нажмите сюда", "по ссылке", "ссылка"),
    *("жмите сюда", "кликните здесь", "кликните сюда", "по этой ссылке", "эта ссылка"),
}
SHORTENERS = {
    *(
        "bit.ly",
        "t.co",
        "goo.gl",
        "tinyurl.com",
        "is.gd",
        "ow.ly",
        "buff.ly",
        "cutt.ly",
    ),
    *("rebrand.ly", "rb.gy", "shorturl.at", "clck.ru", "vk.cc", "u.to", "tiny.cc"),
}


def entries_without_link(specimen: Specimen) -> Iterator[Problem]:
    for section in specimen.content.sections:
        for entry in section.entries:
            if entry.is_material and not entry.address:
                yield Problem(
                    level=Level.WARNING,
                    code="link-missing",
                    text=_("“%(title)s” leads nowhere.")
                    % {"title": shortened(entry.title)},
                    why=_("Readers cannot read on."),
                    fix=_("Give the material an address on the site."),
                    field=f"entry.{entry.key}.title",
                )


def relative_addresses(specimen: Specimen) -> Iterator[Problem]:
    """Of entries as they are stored: the design leaves their links out."""
    for section in specimen.content.sections:
        for entry in section.entries:
            if entry.address and not entry.address.startswith(SCHEMES):
                text = _("The link of “%(title)s” has no full address.")
                yield _relative(text, entry.title, f"entry.{entry.key}.title")
            picture = entry.picture
            if picture and not picture.address.startswith(("https://", "http://")):
                text = _("The picture of “%(title)s” has no full address.")
                yield _relative(text, entry.title, f"entry.{entry.key}.title")
    for link in specimen.page.links:
        if not link.address.lower().startswith(SCHEMES):
            text = _("The link of “%(title)s” has no full address.")
            yield _relative(text, link.text or link.address, link.field)


def wordless_links(specimen: Specimen) -> Iterator[Problem]:
    for link in specimen.page.links:
        said = link.text.strip(" .!:»→›>").casefold()
        if said in SAYS_NOTHING:
            yield Problem(
                level=Level.ADVICE,
                code="link-says-nothing",
                text=_("A link says only “%(text)s”.") % {"text": shortened(link.text)},
                why=_(
                    "Whoever listens to the letter hears links without what is around."
                ),
                fix=_("Let the words of the link say what is behind it."),
                field=link.field,
            )


def shortened_links(specimen: Specimen) -> Iterator[Problem]:
    for link in _once(specimen.page.links):
        host = _host_of(link.address).removeprefix("www.")
        if host in SHORTENERS:
            yield Problem(
                level=Level.ADVICE,
                code="link-shortened",
                text=_("A link is hidden behind %(host)s.") % {"host": host},
                why=_(
                    "Spam filters distrust shortened addresses, and readers cannot see "
                    "where they lead."
                ),
                fix=_("Use the full address."),
                field=link.field,
            )


def shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"


def _relative(text: str, title: str, field: str) -> Problem:
    return Problem(
        level=Level.WARNING,
        code="link-relative",
        text=text % {"title": shortened(title)},
        why=_("In a mailbox it leads nowhere."),
        fix=_("It must begin with https://; until then it is left out."),
        field=field,
    )


def _host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _once(links: tuple[PageLink, ...]) -> Iterator[PageLink]:
    yield from {link.address: link for link in reversed(links)}.values()


CHECKS = (entries_without_link, relative_addresses, wordless_links, shortened_links)
