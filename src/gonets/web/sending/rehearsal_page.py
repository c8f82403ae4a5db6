"""What the page of a rehearsal says: facts of the database, put into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonets.delivery.causes import advise
from gonets.delivery.queries import worker_last_seen
from gonets.delivery.states import PauseCause
from gonets.publishing.errors import RelayMissing
from gonets.publishing.rehearsal.reports import (
    FindingGroup,
    RehearsalState,
    finding_groups,
    is_about_letter_now,
    largest_letter_address,
)
from gonets.publishing.rehearsal.states import (
    FindingKind,
    ForecastLimit,
    RehearsalStatus,
)
from gonets.publishing.rehearsal.tallies import KEPT_BY_NAME
from gonets.web.sending.panel import duration_text, is_recent, rate_text


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShown:
    """A group of findings in the reader's language."""

    group: FindingGroup
    text: str

    @property
    def not_shown(self) -> int:
        """How many of them are not named on the page."""
        return self.group.count - len(self.group.first)

    @property
    def file_text(self) -> str:
        """Return how many of them the file names."""
        if not self.group.first:
            return ""
        if self.group.count > KEPT_BY_NAME:
            kept = {"count": _grouped(KEPT_BY_NAME)}
            return _("The file has the first %(count)s by name.") % kept
        return _("The file has all of them by name.")

    @property
    def has_details(self) -> bool:
        return any(finding.detail for finding in self.group.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindShown:
    """All groups of one kind, under one heading."""

    kind: FindingKind
    heading: str
    explanation: str
    groups: Sequence[GroupShown]

    @property
    def count(self) -> int:
        return sum(shown.group.count for shown in self.groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalPanel:
    """What the page says while a rehearsal is under way."""

    state: RehearsalState
    worker_is_missing: bool

    @property
    def is_waiting(self) -> bool:
        return not self.state.people

    @property
    def line(self) -> str:
        """Return how far it has come: people, pace, time left."""
        if self.is_waiting:
            return _("Getting ready…")
        state = self.state
        parts = [_looked_at_text(state), rate_text(state.letters_per_second)]
        if state.seconds_left is not None:
            left = duration_text(state.seconds_left)
            parts.append(_("%(time)s left") % {"time": left})
        return " · ".join(filter(None, parts))

    @property
    def tenth(self) -> int:
        return self.state.percent // 10

    @property
    def announcement(self) -> str:
        """For screen readers: new at every tenth, not every second."""
        return _("Rehearsal: about %(percent)d%%") % {"percent": self.tenth * 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalReport:
    """What the page says of a rehearsal that has ended."""

    state: RehearsalState
    is_about_letter_now: bool
    largest_for: str
    kinds: Sequence[KindShown]

    @property
    def tone(self) -> str:
        state = self.state
        if state.status == RehearsalStatus.FAILED:
            return "bad"
        is_whole = state.status == RehearsalStatus.FINISHED
        return "good" if is_whole and not state.unfit else "warn"

    @property
    def verdict(self) -> str:
        return verdict_of(self.state)

    @property
    def took_text(self) -> str:
        return _exact_duration(self.state.worked_seconds)

    @property
    def pace_text(self) -> str:
        """Return the pace of the work, without the rests that others were given."""
        seconds = self.state.worked_seconds
        return rate_text(self.state.tally.made / seconds) if seconds else ""

    @property
    def will_take_text(self) -> str:
        forecast = self.state.forecast
        return _exact_duration(forecast.seconds) if forecast else "—"

    @property
    def limit_text(self) -> str:
        """Return why the real sending will take so long."""
        forecast = self.state.forecast
        if forecast is None:
            return _("Known only after a whole rehearsal.")
        relay = self.state.relay
        if forecast.limit == ForecastLimit.RATE:
            limit = {"pace": rate_text(relay.letters_per_second)}
            return _("The mail server may get at most %(pace)s.") % limit
        if forecast.limit == ForecastLimit.WAY:
            return _(
                "At least: each letter waits for the mail server's answer; "
                "%(count)d letters wait at a time."
            ) % {"count": relay.connections}
        return _("About: the mail server keeps up, so making the letters decides.")

    @property
    def relay_fault(self) -> str:
        relay = self.state.relay
        if relay.cause:
            return advise(PauseCause(relay.cause), relay.answer)
        if not relay.host:
            return str(RelayMissing())
        return ""


def rehearsal_panel(state: RehearsalState) -> RehearsalPanel:
    return RehearsalPanel(
        state=state, worker_is_missing=not is_recent(worker_last_seen())
    )


def rehearsal_report(state: RehearsalState) -> RehearsalReport:
    return RehearsalReport(
        state=state,
        is_about_letter_now=is_about_letter_now(state),
        largest_for=largest_letter_address(state),
        kinds=_kinds(finding_groups(state)),
    )


def verdict_of(state: RehearsalState) -> str:
    """Return the sentence that an editor reads first."""
    if state.status == RehearsalStatus.FAILED:
        return _(state.failure)
    if state.status == RehearsalStatus.STOPPED:
        text = _("Stopped at %(percent)d%%: this is what was found until then.")
        return text % {"percent": state.percent}
    if state.unfit:
        return ngettext(
            "%(count)s letter cannot be made; all the others can.",
            "%(count)s letters cannot be made; all the others can.",
            state.unfit,
        ) % {"count": _grouped(state.unfit)}
    return ngettext(
        "The letter was made and handed over: nothing stands in its way.",
        "All %(count)s letters were made and handed over: nothing stands in their way.",
        state.tally.made,
    ) % {"count": _grouped(state.tally.made)}


def reason_text(kind: FindingKind, reason: str) -> str:
    """Return the reason in the language of now; an editor's own words stay."""
    if kind == FindingKind.EMPTY:
        return _("%(source)s is empty") % {"source": reason}
    text = _(reason)
    return text[:1].upper() + text[1:]


def _kinds(groups: Sequence[FindingGroup]) -> list[KindShown]:
    return [
        KindShown(
            kind=kind,
            heading=_headings()[kind],
            explanation=_explanations()[kind],
            groups=[
                GroupShown(group=group, text=reason_text(kind, group.reason))
                for group in of_kind
            ],
        )
        for kind, of_kind in groupby(groups, key=lambda group: group.kind)
    ]


def _headings() -> dict[FindingKind, str]:
    return {
        FindingKind.UNFIT: _("Letters that cannot be made"),
        FindingKind.DOUBTFUL: _("Addresses that look undeliverable"),
        FindingKind.EMPTY: _("Empty personal parts"),
        FindingKind.WITHHELD: _("People who get no letter"),
    }


def _explanations() -> dict[FindingKind, str]:
    return {
        FindingKind.UNFIT: _("Nothing would be sent to these addresses."),
        FindingKind.DOUBTFUL: _("Their letters were made, but may not arrive."),
        FindingKind.EMPTY: _("These readers would see nothing in that place."),
        FindingKind.WITHHELD: _(
            "They are known to the newsletter, but not written to."
        ),
    }


def _looked_at_text(state: RehearsalState) -> str:
    return ngettext(
        "%(done)s of %(count)s person looked at",
        "%(done)s of %(count)s people looked at",
        state.people,
    ) % {"done": _grouped(state.tally.looked_at), "count": _grouped(state.people)}


def _exact_duration(seconds: float) -> str:
    if seconds < 1:
        return _("less than a second")
    if seconds < 60:
        whole = round(seconds)
        return ngettext("%(count)d second", "%(count)d seconds", whole) % {
            "count": whole
        }
    return duration_text(seconds)


def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)
