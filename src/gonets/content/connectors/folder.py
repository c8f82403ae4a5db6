"""A folder of Markdown files on this machine: Hugo, Jekyll, MkDocs, or none of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gonets.content.connectors.base import (
    Access,
    Connector,
    Look,
    MaterialDraft,
    Need,
    NeedKind,
    Reading,
    Recognition,
    Wish,
)
from gonets.content.errors import SourceUnreadable
from gonets.content.folders.checkout import Checkout, NotAPage
from gonets.content.states import FetchFailure

FILES_AT_ONCE = 100


class FolderConnector(Connector):
    caption = _("Folder of Markdown files")
    explanation = _("Texts with front matter, as Hugo, Jekyll and MkDocs keep them.")
    gives_private = True
    icon = "folder-open"
    address_label = _("Folder")
    address_help = _(
        "On the machine of this program, among those that its operator has opened "
        "(GONETS_FOLDERS). A git checkout is read as it lies there."
    )
    needs = (
        Need(
            name="site",
            label=_("Address of the site"),
            kind=NeedKind.ADDRESS,
            help=_(
                "Where the texts are published: the letter's links lead there. Empty: "
                "as the settings of Hugo, Jekyll or MkDocs say."
            ),
        ),
    )

    def recognise(self, look: Look) -> Iterable[Recognition]:
        if look.answer is None and look.address.startswith("/"):
            folder = opened_folder(look.address)
            yield Recognition(address=str(folder), name=folder.name, certainty=90)

    def materials(self, access: Access, wish: Wish) -> Reading:
        checkout = _checkout(access)
        paths = checkout.paths
        start = int(wish.cursor) if wish.cursor.isdecimal() else 0
        shown: list[MaterialDraft] = []
        unpublished: list[str] = []
        skipped = 0
        for path in paths[start : start + FILES_AT_ONCE]:
            try:
                draft = checkout.draft_of(path)
            except NotAPage:
                skipped += 1
                continue
            if draft is None:
                unpublished.append(str(path))
            else:
                shown.append(draft)
        following = start + FILES_AT_ONCE
        is_last = following >= len(paths)
        names = [*map(str, paths)]
        gone = set(access.memory.get("paths", ())) - set(names) if is_last else ()
        return Reading(
            name=checkout.root.name,
            sections=tuple(checkout.sections_of(shown)),
            materials=tuple(shown),
            withdrawn=(*unpublished, *sorted(gone)),
            skipped=skipped,
            next_cursor="" if is_last else str(following),
            memory={"paths": names} if is_last else None,
        )

    def material(self, access: Access, external_id: str) -> MaterialDraft | None:
        checkout = _checkout(access)
        path = next((one for one in checkout.paths if str(one) == external_id), None)
        try:
            return checkout.draft_of(path) if path else None
        except NotAPage:
            return None


def opened_folder(address: str) -> Path:
    """Return the folder, if the operator lets it be read.

    :raises SourceUnreadable: if not, or if there is none.
    """
    try:
        folder = Path(address.strip()).resolve()
    except (OSError, ValueError) as error:
        raise SourceUnreadable(FetchFailure.NOT_FOUND, str(error)) from error
    roots = [Path(root).resolve() for root in getattr(settings, "GONETS_FOLDERS", ())]
    if not any(folder.is_relative_to(root) for root in roots):
        raise SourceUnreadable(FetchFailure.FOLDER_CLOSED, str(folder))
    if not folder.is_dir():
        raise SourceUnreadable(FetchFailure.NOT_FOUND, str(folder))
    if _is_bare(folder):
        raise SourceUnreadable(FetchFailure.BARE_CHECKOUT, str(folder))
    return folder


def _is_bare(folder: Path) -> bool:
    """Tell a repository itself, with no files to read, from a checkout of one."""
    signs = (folder / "HEAD").is_file(), (folder / "refs").is_dir()
    return all(signs) and (folder / "objects").is_dir()


def _checkout(access: Access) -> Checkout:
    site = str(access.settings.get("site") or "")
    return Checkout(opened_folder(access.address), site=site)


connector = FolderConnector()
