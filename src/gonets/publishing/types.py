"""What publishing tells about runs, audiences and the relay, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from gonets.delivery.states import ENDED_RUNS, RunStatus
from gonets.publishing.captions import run_caption
from gonets.publishing.states import AudienceRule, RelayOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRunState:
    """Where a run of an issue stands; the counts add up to ``audience_size``.

    ``waiting`` are pending, claimed, on their way and deferred ones together;
    ``refused`` includes those given up after a day of "try later".
    """

    run_id: int
    issue_id: int
    status: RunStatus
    audience: AudienceRule
    version_number: int
    is_freezing: bool  # the audience is still being put together
    audience_size: int
    accepted: int
    refused: int
    waiting: int
    deferred: int  # of those waiting
    withheld: int
    cancelled: int
    uncertain: int
    to_mailbox: bool
    started_by_name: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    acknowledged_at: datetime | None
    folded_at: datetime | None  # from then on there are totals, but no addresses
    runs: int  # how many the issue has had up to this one

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED_RUNS

    @property
    def percent(self) -> int:
        """Of the audience, what is settled, rounded down; 100 only when all are.

        What a person cancelled was not carried out.
        """
        if not self.audience_size:
            return 100 if self.status == RunStatus.FINISHED else 0
        done = self.audience_size - self.waiting - self.cancelled
        return done * 100 // self.audience_size

    @property
    def status_text(self) -> str:
        return run_caption(self.status, self.percent)

    @property
    def changed_at(self) -> datetime:
        return self.ended_at or self.started_at or self.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceCounts:
    """How many people each rule would write to now."""

    everyone: int
    newcomers: int
    failed: int
    uncertain: int  # come on top of ``failed`` if the editor ticks them
    decided: int  # of those it failed for: uncertain, to get it again

    def of(self, rule: AudienceRule) -> int:
        return {
            AudienceRule.EVERYONE: self.everyone,
            AudienceRule.NEWCOMERS: self.newcomers,
            AudienceRule.FAILED: self.failed,
            AudienceRule.FAILED_AND_UNCERTAIN: self.failed + self.uncertain,
            AudienceRule.DECIDED: self.decided,
        }[rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayInUse:
    """A relay that the next run may leave through."""

    relay_id: int | None  # None: not written yet
    origin: RelayOrigin
    name: str
    url: str  # smtp://, smtp+starttls://, smtps://; holds the password
    is_enabled: bool
    weight: int  # 0: a spare one
    letters_per_second: float | None
    connections: int

    def __repr__(self) -> str:
        """Without the address, which may hold a password."""
        return f"RelayInUse({self.name})"

    @property
    def is_mailbox(self) -> bool:
        return self.origin == RelayOrigin.MAILBOX

    @property
    def host(self) -> str:
        """Where it is: the name of a server, or the path of a socket."""
        parts = urlsplit(self.url)
        return parts.hostname or parts.path


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayOutlook:
    """What an editor should know of the relays before sending."""

    relays: tuple[RelayInUse, ...]
    refusal: str = ""  # why nothing can be sent through them
    warning: str = ""

    @property
    def is_mailbox(self) -> bool:
        return any(relay.is_mailbox for relay in self.relays)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayUse:
    """What hangs on a relay: unfinished runs, their letters, and who else is there."""

    runs: int
    waiting: int
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayTerms:
    """How a relay is to be used."""

    url: str
    name: str = ""  # "": its server's
    weight: int = 1
    letters_per_second: float | None = None
    connections: int = 4
    letters_per_connection: int = 1000
    idle_seconds: int = 20

    def __repr__(self) -> str:
        """Without the address, which may hold a password."""
        return f"RelayTerms({self.name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTerms:
    """What the domains of one provider may get; None: no limit."""

    name: str
    domains: tuple[str, ...]
    letters_per_second: float | None = None
    letters_at_once: int | None = None
