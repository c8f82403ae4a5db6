"""The letter's pictures: are they there, and are they light enough for phones?"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.content.models import Picture
from gonets.content.pictures import picture_path
from gonets.letters.foreign_pictures import foreign_pictures
from gonets.letters.pages import PagePicture
from gonets.letters.problems import Level, Problem
from gonets.publishing.preflight.addresses import digest, host_of, plain_address
from gonets.publishing.preflight.dossiers import Check, Dossier
from gonets.publishing.preflight.models import LinkLook
from gonets.publishing.preflight.states import TROUBLES

OURS = "/media/pictures/"
HEAVY_BYTES = 1_000_000
HEAVY_TOGETHER_BYTES = 5_000_000
SITES_NAMED = 3


def missing(dossier: Dossier) -> Iterator[Problem]:
    """Pictures of ours without a file, and those of others that do not open."""
    known = _own_pictures(dossier)
    for name, shown in _own(dossier).items():
        if name not in known or not picture_path(name).is_file():
            text = _("A picture of the letter is gone from this server.")
            yield _missing(shown, text, _("Choose the picture anew."))
    by_digest = _foreign(dossier)
    looks = LinkLook.objects.filter(sha256__in=list(by_digest), state__in=TROUBLES)
    for look in looks.order_by("pk"):
        text = _("A picture does not open: %(address)s") % {
            "address": look.address[:120]
        }
        fix = _("Choose another picture, or upload it here.")
        yield _missing(by_digest[look.sha256], text, fix)


def heavy(dossier: Dossier) -> Iterator[Problem]:
    weights = _weights(dossier)
    for shown, size in weights:
        if size > HEAVY_BYTES:
            yield Problem(
                level=Level.WARNING,
                code="picture-heavy",
                text=_("A picture weighs %(size)s.") % {"size": filesizeformat(size)},
                why=_("On the way, readers wait for it or scroll past the gap."),
                fix=_("Put it in smaller: letters are 600 pixels wide."),
                field=shown.field,
            )
    total = sum(size for _shown, size in weights)
    if total > HEAVY_TOGETHER_BYTES:
        yield Problem(
            level=Level.ADVICE,
            code="pictures-heavy",
            text=_("The pictures weigh %(size)s together.")
            % {"size": filesizeformat(total)},
            why=_("Opened on the way, the letter costs readers time and money."),
            fix=_("Take fewer or smaller ones."),
        )


def foreign(dossier: Dossier) -> Iterator[Problem]:
    """Pictures that mail programs would ask other sites for."""
    own = settings.GONETS_PUBLIC_URL.rstrip("/") + "/"
    found = foreign_pictures(dossier.specimen.html, own=own)
    if not found:
        return
    places = {each.address: each.field for each in dossier.specimen.page.pictures}
    hosts = list(dict.fromkeys(map(host_of, found)))
    yield Problem(
        level=Level.ADVICE,
        code="picture-foreign",
        text=ngettext(
            "%(count)d picture comes from another site: %(sites)s",
            "%(count)d pictures come from other sites: %(sites)s",
            len(found),
        )
        % {"count": len(found), "sites": ", ".join(hosts[:SITES_NAMED])},
        why=_(
            "That site learns who opens the letter and when, and a picture deleted "
            "there is missing in every letter already sent."
        ),
        fix=_("Upload it here, or take over the pictures of your template."),
        field=next((places[each] for each in found if places.get(each)), ""),
    )


def _missing(shown: PagePicture, text: str, fix: str) -> Problem:
    return Problem(
        level=Level.WARNING,
        code="picture-missing",
        text=text,
        why=_("Readers would see an empty frame."),
        fix=fix,
        field=shown.field,
    )


def _weights(dossier: Dossier) -> list[tuple[PagePicture, int]]:
    known, own = _own_pictures(dossier), _own(dossier)
    weights = [(own[name], size) for name, size in known.items()]
    by_digest = _foreign(dossier)
    looks = LinkLook.objects.filter(sha256__in=list(by_digest)).exclude(size=None)
    sizes = looks.values_list("sha256", "size")
    return weights + [(by_digest[sha256], size or 0) for sha256, size in sizes]


def _own(dossier: Dossier) -> dict[str, PagePicture]:
    """Return where each picture of ours stands, by its name."""
    return {
        picture.address.rpartition(OURS)[2]: picture
        for picture in dossier.specimen.page.pictures
        if OURS in picture.address
    }


def _own_pictures(dossier: Dossier) -> dict[str, int]:
    rows = Picture.objects.filter(name__in=list(_own(dossier)))
    return dict(rows.values_list("name", "size"))


def _foreign(dossier: Dossier) -> dict[str, PagePicture]:
    return {
        digest(plain_address(picture.address)): picture
        for picture in dossier.specimen.page.pictures
        if OURS not in picture.address
    }


CHECKS: tuple[Check, ...] = (missing, heavy, foreign)
