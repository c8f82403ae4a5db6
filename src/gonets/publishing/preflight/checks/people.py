"""Who would get the letter, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.audience.queries import confirmed_subscriptions
from gonets.delivery.models import Run
from gonets.delivery.states import RunStatus
from gonets.letters.personalising import SubscriberValue
from gonets.letters.problems import Goal, Level, Problem
from gonets.newsletters.states import IssueState
from gonets.publishing.preflight.dossiers import Check, Dossier

RUNS_COMPARED = 5
UNUSUAL = 2
"""Times as many, or as few, as any of the last sendings."""

FEW = 50
"""Differences below that are nobody's mistake."""


def recipients(dossier: Dossier) -> Iterator[Problem]:
    if dossier.issue.state == IssueState.RELEASED:
        return
    people = confirmed_subscriptions(dossier.issue.newsletter.readership_id).count()
    if not people:
        yield Problem(
            level=Level.BLOCKING,
            code="recipients-none",
            text=_(
                "Nobody has subscribed to this newsletter yet, so there is nobody to "
                "send it to."
            ),
            fix=_("Add subscribers, or wait for the first."),
            goal=Goal.SUBSCRIBERS,
        )
        return
    usual = _earlier_audiences(dossier)
    if usual and people > UNUSUAL * max(usual) and people - max(usual) > FEW:
        text = _("%(people)s people would get it; the last sendings went to %(usual)s.")
        yield _unusual("recipients-many", text, people, max(usual))
    elif usual and people * UNUSUAL < min(usual) and min(usual) - people > FEW:
        text = _(
            "Only %(people)s people would get it; the last sendings went to %(usual)s."
        )
        yield _unusual("recipients-few", text, people, min(usual))


def empty_parts(dossier: Dossier) -> Iterator[Problem]:
    """Values with nothing said for those of whom they are not known."""
    parts = _values_without_fallback(dossier)
    if not any(part.name == "name" for part in parts):
        return
    people = confirmed_subscriptions(dossier.issue.newsletter.readership_id)
    empty = people.filter(subscriber__name="").count()
    if empty:
        source = next(part.source for part in parts if part.name == "name")
        yield Problem(
            level=Level.WARNING,
            code="personal-part-empty",
            text=ngettext(
                "“%(source)s” stays empty for %(count)s subscriber.",
                "“%(source)s” stays empty for %(count)s subscribers.",
                empty,
            )
            % {"source": source, "count": _number(empty)},
            why=_("Their letter has a hole in the middle of a sentence."),
            fix=_('Say what stands there instead: | default("friends").'),
            field=_field_of(dossier, source),
        )


def _earlier_audiences(dossier: Dossier) -> list[int]:
    runs = Run.objects.filter(
        issue_run__issue__newsletter=dossier.issue.newsletter_id,
        issue_run__audience="everyone",
        status=RunStatus.FINISHED,
        audience_size__gt=0,
    )
    sizes = runs.order_by("-pk").values_list("audience_size", flat=True)
    return list(sizes[:RUNS_COMPARED])


def _unusual(code: str, text: str, people: int, usual: int) -> Problem:
    return Problem(
        level=Level.WARNING,
        code=code,
        text=text % {"people": _number(people), "usual": _number(usual)},
        why=_("Perhaps an import went wrong."),
        fix=_("Look through the subscribers before you send."),
        goal=Goal.SUBSCRIBERS,
    )


def _values_without_fallback(dossier: Dossier) -> list[SubscriberValue]:
    letter = dossier.specimen.letter
    if letter is None:
        return []
    pieces = (*letter.subject, *letter.html)
    return [
        piece
        for piece in pieces
        if isinstance(piece, SubscriberValue) and not piece.missing_text
    ]


def _field_of(dossier: Dossier, source: str) -> str:
    content = dossier.specimen.content
    fields = ("subject", "preheader", "greeting", "intro", "outro")
    return next((each for each in fields if source in getattr(content, each)), "")


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)


CHECKS: tuple[Check, ...] = (recipients, empty_parts)
