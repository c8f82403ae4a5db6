"""How the engine sends, where tests and benchmarks may want it otherwise."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import timedelta

from gonets.delivery.disk import LeastRoom
from gonets.delivery.health import Patience
from gonets.delivery.recovery import LEASE
from gonets.delivery.retry import RetryPolicy
from gonets.delivery.slowing import Caution
from gonets.delivery.transports.smtp import TimeLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingOptions:
    patience: Patience = field(default_factory=Patience)
    limits: TimeLimits = field(default_factory=TimeLimits)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    tls: ssl.SSLContext | None = None  # None: the system's authorities
    caution: Caution = field(default_factory=Caution)
    drain_seconds: float = 30
    lease: timedelta = LEASE
    least_room: LeastRoom = field(default_factory=LeastRoom)
