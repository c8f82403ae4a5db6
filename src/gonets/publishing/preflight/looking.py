"""Looking at the web and at DNS: politely, within limits, in the background."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from gonets.content.fetching import site_guard
from gonets.kernel import clock, http
from gonets.kernel.dns import NoDnsAnswer, txt_records
from gonets.publishing.errors import DnsSilent
from gonets.publishing.models import SigningKey
from gonets.publishing.preflight.models import DomainLook, LinkLook
from gonets.publishing.preflight.outcomes import state_of_error, state_of_status
from gonets.publishing.preflight.states import LookState
from gonets.publishing.signing import record_state
from gonets.publishing.states import RecordState

AT_ONCE = 8
"""Sites at a time; of each site one page at a time."""

PATIENCE = timedelta(seconds=8)
LEASE = timedelta(minutes=1)
FORGOTTEN_AT_ONCE = 500
LOOKED_THROUGH = 400
"""Of those waiting, to find as many sites as can be asked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look found."""

    state: LookState
    status: int = 0
    size: int | None = None


def look_at_links(
    *, guard: http.Guard | None = None, stopping: Callable[[], bool] = bool
) -> int:
    """Look at all that waits, a round of different sites at a time; return how many."""
    guard = guard or _guard()
    looked = 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gonets-links") as pool:
        while not stopping() and (taken := _taken()):
            # The threads ask the web only; the database is this thread's.
            seen = pool.map(lambda look: look_at(look.address, guard), taken)
            for look, what in zip(taken, seen, strict=True):
                _keep(look, what)
            looked += len(taken)
    return looked


def look_at(address: str, guard: http.Guard) -> Seen:
    """Ask for the head of a page, and for the page where a site knows no such thing."""
    try:
        sighting = http.sight(address, guard=guard, method="HEAD")
        if sighting.status < 400:
            return _seen(sighting)
    except (http.AddressRefused, http.TooSlow, http.NotSecure) as error:
        return Seen(state=state_of_error(error))
    except http.HttpError:
        pass  # Some sites hang up on the question.
    try:
        return _seen(http.sight(address, guard=guard, method="GET"))
    except http.HttpError as error:
        return Seen(state=state_of_error(error))


def look_at_domains(stopping: Callable[[], bool] = bool) -> int:
    """Ask DNS about the domains that wait for it; return how many."""
    looked = 0
    for look in DomainLook.objects.exclude(wanted_at=None).order_by("wanted_at")[:20]:
        if stopping():
            break
        DomainLook.objects.filter(pk=look.pk).update(
            spf=_record(look.domain, "v=spf1"),
            dmarc=_dmarc(look.domain),
            dkim=_dkim(look.domain),
            wanted_at=None,
            looked_at=clock.now(),
        )
        looked += 1
    return looked


def forget_looks(*, before: datetime) -> None:
    """Delete looks that nobody has wanted since."""
    old = LinkLook.objects.filter(wanted_at__lt=before).order_by("pk")
    while ids := list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        LinkLook.objects.filter(pk__in=ids).delete()


def _guard() -> http.Guard:
    guard = site_guard()
    return http.Guard(trusted=guard.trusted, ports=guard.ports, patience=PATIENCE)


def _taken() -> list[LinkLook]:
    """Take one address of each of some sites, so that nobody else asks them, too."""
    now = clock.now()
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    waiting = LinkLook.objects.filter(free, state=LookState.WAITING)
    by_host: dict[str, LinkLook] = {}
    for look in waiting.order_by("wanted_at", "pk")[:LOOKED_THROUGH]:
        by_host.setdefault(look.host, look)
    return [
        look
        for look in list(by_host.values())[:AT_ONCE]
        if waiting.filter(pk=look.pk).update(taken_until=now + LEASE)
    ]


def _keep(look: LinkLook, seen: Seen) -> None:
    LinkLook.objects.filter(pk=look.pk).update(
        state=seen.state,
        status=seen.status,
        size=seen.size,
        taken_until=None,
        looked_at=clock.now(),
    )


def _seen(sighting: http.Sighting) -> Seen:
    return Seen(
        state=state_of_status(sighting.status),
        status=sighting.status,
        size=sighting.size,
    )


def _record(name: str, beginning: str) -> RecordState:
    """Tell whether one record of ``name`` begins so; two are as good as none."""
    try:
        records = txt_records(name)
    except NoDnsAnswer:
        return RecordState.UNKNOWN
    fitting = [each for each in records if _begins(each, beginning)]
    if not fitting:
        return RecordState.MISSING
    return RecordState.FOUND if len(fitting) == 1 else RecordState.DIFFERENT


def _begins(record: bytes, beginning: str) -> bool:
    return record.strip().lower().startswith(beginning.encode())


def _dmarc(domain: str) -> RecordState:
    """The domain's own policy, or that of a domain above (RFC 7489, 6.6.3)."""
    labels = domain.split(".")
    state = RecordState.MISSING
    for at in range(max(1, len(labels) - 1)):
        state = _record("_dmarc." + ".".join(labels[at:]), "v=dmarc1")
        if state != RecordState.MISSING:
            break
    return state


def _dkim(domain: str) -> RecordState:
    """What DNS says of the key that we sign with; unknown if the relay signs."""
    key = SigningKey.objects.filter(domain=domain, is_in_use=True).first()
    if key is None:
        return RecordState.UNKNOWN
    try:
        return record_state(key)
    except DnsSilent:
        return RecordState.UNKNOWN
