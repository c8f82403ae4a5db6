"""Writing own templates: each save is a version."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gonets.kernel import clock
from gonets.kernel.html import line_of
from gonets.letters.checking import DesignFault, design_faults
from gonets.letters.errors import TemplateChanged, TemplateRefused
from gonets.letters.models import LetterTemplate, TemplateVersion
from gonets.letters.queries import newest_version
from gonets.letters.types import OwnDesign

LONGEST_TITLE = 100


def add_template(title: str, design: OwnDesign, *, user: Any) -> LetterTemplate:
    """Keep a new template with its first version.

    :raises TemplateRefused: if letters cannot be made with it; it names every fault.
    """
    title = _titled(title)
    # Trying takes a while, and nobody must wait for the database meanwhile.
    _check(design)
    now = clock.now()
    with transaction.atomic():
        template = LetterTemplate.objects.create(
            title=title,
            kind=design.kind,
            base=design.base,
            created_at=now,
            created_by_id=user.pk if user else None,
        )
        _keep(template, tidy_source(design.source), number=1, user=user)
    return template


def save_template(
    template_id: int, *, title: str, source: str, number: int, user: Any
) -> TemplateVersion:
    """Keep ``source`` as a new version after version ``number``.

    The same source again only renames.

    :raises TemplateChanged: if somebody saved another version meanwhile.
    :raises TemplateRefused: if letters cannot be made with it; then nothing is kept.
    """
    title, source = _titled(title), tidy_source(source)
    newest = newest_version(template_id)
    if newest.number != number:
        raise TemplateChanged(newest.number)
    template = newest.template
    if newest.source != source:
        _check(OwnDesign(kind=template.kind, source=source, base=template.base))
        newest = _kept_after(newest, source, user=user)
    LetterTemplate.objects.filter(pk=template_id).update(title=title)
    return newest


def _kept_after(newest: TemplateVersion, source: str, *, user: Any) -> TemplateVersion:
    try:
        with transaction.atomic():
            number = newest.number + 1
            return _keep(newest.template, source, number=number, user=user)
    except IntegrityError as error:
        raise TemplateChanged(newest_version(newest.template_id).number) from error


def restore_version(template_id: int, number: int, *, user: Any) -> TemplateVersion:
    """Make an earlier version the newest one; what came between stays.

    :raises TemplateChanged: if somebody saved another version meanwhile.
    """
    earlier = TemplateVersion.objects.get(template=template_id, number=number)
    newest = newest_version(template_id)
    if newest.source == earlier.source:
        return newest
    version = _kept_after(newest, earlier.source, user=user)
    TemplateVersion.objects.filter(pk=version.pk).update(restored_from=number)
    return version


def tidy_source(source: str) -> str:
    """Return the source with the line ends that are stored, whatever came."""
    return source.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"


def _titled(title: str) -> str:
    title = line_of(title)[:LONGEST_TITLE]
    if not title:
        reason = _("a template needs a name")
        raise TemplateRefused([DesignFault(code="title", line=None, reason=reason)])
    return title


def _check(design: OwnDesign) -> None:
    faults = design_faults(design)
    if faults:
        raise TemplateRefused(faults)


def _keep(
    template: LetterTemplate, source: str, *, number: int, user: Any
) -> TemplateVersion:
    return TemplateVersion.objects.create(
        template=template,
        number=number,
        source=source,
        created_at=clock.now(),
        created_by_id=user.pk if user else None,
    )
