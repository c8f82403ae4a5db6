"""Reading own templates."""

from __future__ import annotations

import re

from gonets.letters.models import LetterTemplate, TemplateVersion
from gonets.letters.types import OwnDesign

_NAME = re.compile(r"own-([1-9][0-9]{0,17})")


def template_id(name: str) -> int | None:
    """Return which own template is meant; None if the name is a built-in one's."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None


def own_templates() -> list[LetterTemplate]:
    return list(LetterTemplate.objects.filter(deleted_at=None).order_by("title", "pk"))


def newest_version(template_id: int) -> TemplateVersion:
    """Return what is in use.

    :raises TemplateVersion.DoesNotExist: if there is no such template.
    """
    versions = TemplateVersion.objects.select_related("template", "created_by")
    return versions.filter(template=template_id).latest("number")


def own_design(name: str) -> OwnDesign | None:
    """Return the design of this name as it is now; None if it is not an own one."""
    number = template_id(name)
    if number is None:
        return None
    versions = TemplateVersion.objects.select_related("template")
    version = versions.filter(template=number).order_by("-number").first()
    if version is None:
        return None
    template = version.template
    return OwnDesign(kind=template.kind, source=version.source, base=template.base)
