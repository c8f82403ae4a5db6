"""What happens to an issue and its materials when it goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F
from django.utils import translation

from gonets.kernel import clock
from gonets.letters.compiling import bodies_of
from gonets.letters.errors import TemplateFault
from gonets.letters.storing import content_as_json, digest_of
from gonets.letters.types import LetterContent
from gonets.newsletters.browser_pages import new_page_key, page_address
from gonets.newsletters.errors import IssueMissing
from gonets.newsletters.merging import fingerprint
from gonets.newsletters.models import (
    HeldMaterial,
    Issue,
    IssueVersion,
    MaterialUse,
    VersionBodies,
)
from gonets.newsletters.queries.letters import letter_content
from gonets.newsletters.site_wordings import base_of_entry
from gonets.newsletters.standing.ending import end_as_released
from gonets.newsletters.states import EDITABLE_STATES, IssueState
from gonets.newsletters.types import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedVersion:
    """A wording made ready to be frozen: what takes long is done."""

    content: LetterContent
    sha256: str
    page_key: str | None
    bodies: bytes  # b"" if the letter cannot be made


def prepare_version(issue_id: int) -> PreparedVersion:
    """Let the design do its work before a transaction makes others wait for it.

    :raises IssueMissing: if there is no such issue.
    """
    content, key = _with_page(letter_content(issue_id))
    return PreparedVersion(
        content=content,
        sha256=digest_of(content),
        page_key=key,
        bodies=_bodies(content),
    )


@transaction.atomic
def freeze_version(
    issue_id: int, *, user: Person | None, prepared: PreparedVersion | None = None
) -> IssueVersion:
    """Keep the wording as it is now; the same wording as the last version is that one.

    ``prepared`` is used if it is of this very wording.

    :raises IssueMissing: if there is no such issue.
    """
    _lock(issue_id)
    content = letter_content(issue_id)
    sha256 = digest_of(content)
    has_page = bool(content.browser_address)
    last = IssueVersion.objects.filter(issue=issue_id).order_by("-number").first()
    if last is not None and last.sha256 == sha256 and _has_page(last) == has_page:
        return last
    if not _fits(prepared, sha256=sha256, has_page=has_page):
        prepared = prepare_version(issue_id)
    assert prepared is not None
    version = IssueVersion.objects.create(
        issue_id=issue_id,
        number=last.number + 1 if last else 1,
        edition=Issue.objects.values_list("edition", flat=True).get(pk=issue_id),
        content=content_as_json(prepared.content),
        sha256=sha256,
        browser_key=prepared.page_key,
        created_at=clock.now(),
        created_by_id=user.pk if user else None,
    )
    if prepared.bodies:
        VersionBodies.objects.create(version=version, packed=prepared.bodies)
    return version


def _fits(prepared: PreparedVersion | None, *, sha256: str, has_page: bool) -> bool:
    if prepared is None:
        return False
    return prepared.sha256 == sha256 and bool(prepared.page_key) == has_page


def _bodies(content: LetterContent) -> bytes:
    with translation.override(content.language):
        try:
            return bodies_of(content)
        except TemplateFault:
            # Whoever sends it is told by the engine, which cannot make it either.
            return b""


def _with_page(content: LetterContent) -> tuple[LetterContent, str | None]:
    """Give the letter a page of its own to be seen at, unless it shall have none."""
    if not content.browser_address:
        return content, None
    key = new_page_key()
    return replace(content, browser_address=page_address(key)), key


def _has_page(version: IssueVersion) -> bool:
    return bool(version.content.get("browser_address"))


def _lock(issue_id: int) -> None:
    """Let no one change the issue until this transaction ends."""
    if not Issue.objects.filter(pk=issue_id).update(edition=F("edition")):
        raise IssueMissing


@transaction.atomic
def mark_released(issue_id: int) -> None:
    """Note that the issue's first run begins; for a released issue it does nothing.

    :raises IssueMissing: if there is no such issue.
    """
    Issue.objects.filter(pk=issue_id, state__in=EDITABLE_STATES).update(
        state=IssueState.RELEASED, schedule_missed=False, schedule_failure=""
    )
    Issue.objects.filter(pk=issue_id, released_at=None).update(released_at=clock.now())
    end_as_released(issue_id)
    if not Issue.objects.filter(pk=issue_id).exists():
        raise IssueMissing


@transaction.atomic
def reserve_materials(issue_id: int) -> None:
    """Count the issue's materials as sent in its newsletter; twice is the same."""
    issue = Issue.objects.get(pk=issue_id)
    entries = list(issue.entries.exclude(material=None))
    MaterialUse.objects.bulk_create(
        (
            MaterialUse(
                newsletter_id=issue.newsletter_id,
                material_id=entry.material_id,
                issue=issue,
                used_at=clock.now(),
                fingerprint=fingerprint(base_of_entry(entry)),
            )
            for entry in entries
            if entry.material_id is not None
        ),
        # Sent again after a correction, it is the correction that readers know.
        update_conflicts=True,
        unique_fields=["issue", "material"],
        update_fields=["fingerprint"],
    )
    material_ids = [entry.material_id for entry in entries]
    HeldMaterial.objects.filter(
        newsletter=issue.newsletter_id, material__in=material_ids
    ).delete()


@transaction.atomic
def release_materials(issue_id: int) -> None:
    """Offer the issue's materials again: no run of it reached anybody.

    Nor does its date count as the newsletter's last issue any longer.
    """
    MaterialUse.objects.filter(issue=issue_id).delete()
    Issue.objects.filter(pk=issue_id).update(released_at=None)
