"""Runs and the account of every single address."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gonets.delivery.states import (
    RARE_ENDS,
    UNFINISHED_RUNS,
    DecisionSource,
    DeliveryStatus,
    FenceCause,
    PauseCause,
    Resolution,
    RunStatus,
    Stage,
)


def is_one_of(statuses: Iterable[str]) -> Q:
    """Return a condition for indexes and checks of what is changed for every letter.

    SQLite makes a table of a list of more than two at every statement that changes a
    row: that was a third of the time of an INSERT, and a quarter of an UPDATE.
    """
    return reduce(or_, (Q(status=str(status)) for status in statuses))


class Relay(models.Model):
    """An SMTP server with its limits.

    A row is never deleted, because the account names the relay of every letter; a
    removed one forgets its address, and with it its password.
    """

    name = models.CharField(max_length=100)
    origin = models.CharField(max_length=20, blank=True)  # opaque: who looks after it
    url = models.CharField(max_length=5000)  # access tokens are long
    # Takes its share of the runs that name no relay; a run can name any.
    is_enabled = models.BooleanField(default=False)
    weight = models.PositiveSmallIntegerField(default=1)  # 0: a spare one
    letters_per_second = models.FloatField(null=True, blank=True)  # None: no limit
    connections = models.PositiveIntegerField(default=4)
    # Where the relay says what became of letters, as "kind:place"; see relay_logs.
    log = models.CharField(max_length=500, blank=True)
    letters_per_connection = models.PositiveIntegerField(default=1000)
    idle_seconds = models.PositiveIntegerField(default=20)
    # What the worker noticed last, for people to see; empty: all is well.
    trouble = models.CharField(max_length=500, blank=True)
    slowed = models.TextField(blank=True)  # JSON: provider -> letters per second
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(removed_at=None),
                name="one_relay_of_a_name",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DomainLimit(models.Model):
    """How fast letters may go to the domains of one provider, whatever the relay.

    Without any limit it only says that these domains belong together.
    """

    name = models.CharField(max_length=100, unique=True)
    domains = models.TextField()  # separated by blanks; "yandex.*" is any yandex
    letters_per_second = models.FloatField(null=True, blank=True)
    letters_at_once = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker process; it holds claims for as long as it renews its lease."""

    place = models.CharField(max_length=500)  # host and lock file: one at a time
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # left, or given up on

    def __str__(self) -> str:
        return f"{self.place}: {self.pid}"


class Run(models.Model):
    """One sending of one issue version to one frozen audience.

    ``origin_key`` and ``letter_ref`` are opaque here: who started it, and which letter
    it sends.  The ten counters always add up to ``audience_size``.
    """

    origin_key = models.CharField(max_length=100)
    letter_ref = models.CharField(max_length=100)
    stop_scope = models.CharField(max_length=100, blank=True)
    status = models.CharField(
        max_length=16, choices=RunStatus.choices, default=RunStatus.PREPARING
    )
    cancelling = models.BooleanField(default=False)  # the rest is being cancelled
    # None: all enabled relays share it.
    relay = models.ForeignKey(Relay, models.PROTECT, null=True, related_name="runs")
    # Empty: a person paused it.  The answer is the relay's, in its own words.
    pause_cause = models.CharField(
        max_length=20, choices=PauseCause.choices, blank=True
    )
    pause_answer = models.CharField(max_length=500, blank=True)
    # How many got an earlier letter, before it was corrected in the middle of the run.
    accepted_before = models.IntegerField(default=0)
    audience_size = models.PositiveIntegerField(default=0)
    pending = models.IntegerField(default=0)
    claimed = models.IntegerField(default=0)
    intent = models.IntegerField(default=0)
    deferred = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    expired = models.IntegerField(default=0)
    withheld = models.IntegerField(default=0)
    cancelled = models.IntegerField(default=0)
    uncertain = models.IntegerField(default=0)
    rate = models.FloatField(default=0)  # letters per second settled of late
    rated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Retention: from then on only totals count; from then on the addresses are gone.
    folding_at = models.DateTimeField(null=True, blank=True)
    folded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["status"],
                condition=Q(status__in=[*UNFINISHED_RUNS]),
                name="which_runs_are_unfinished",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["origin_key"],
                condition=Q(status__in=[*UNFINISHED_RUNS]),
                name="one_unfinished_run_per_origin",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RunStatus.values), name="run_status_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    audience_size=F("pending")
                    + F("claimed")
                    + F("intent")
                    + F("deferred")
                    + F("accepted")
                    + F("refused")
                    + F("expired")
                    + F("withheld")
                    + F("cancelled")
                    + F("uncertain")
                ),
                name="run_account_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(status="finished")
                | Q(pending=0, claimed=0, intent=0, deferred=0),
                name="finished_means_nothing_is_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_key}: {self.status}"


class Delivery(models.Model):
    """One address in a run.

    ``fence`` grows with every claim, so that whoever lost a claim cannot write any
    more.  The letter's binding (``letter_ref`` to ``bound_values``) is written with the
    first intent and repeated as long as the run still sends that ``letter_ref``.
    """

    run = models.ForeignKey(
        Run, models.PROTECT, related_name="deliveries", db_index=False
    )
    address_key = models.CharField(max_length=320)
    recipient = models.CharField(max_length=254)  # as it was spelled
    person_ref = models.CharField(max_length=100, blank=True)  # opaque here
    status = models.CharField(
        max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    worker = models.ForeignKey(
        Worker, models.PROTECT, null=True, related_name="+", db_index=False
    )
    fence = models.PositiveIntegerField(default=0)
    # Whose sender claimed it last: who took or refused it.  Written with the claim, so
    # that an outcome costs nothing more, and unchecked: relays are never deleted.
    relay = models.ForeignKey(
        Relay,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    not_before = models.DateTimeField(null=True, blank=True)
    # Deferred until the circuit breaker knows whether the relay minds us or them.
    policy_wait = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    first_attempt_at = models.DateTimeField(null=True, blank=True)
    letter_ref = models.CharField(max_length=100, blank=True)
    message_id = models.CharField(max_length=255, blank=True)
    letter_date = models.DateTimeField(null=True, blank=True)
    bound_values = models.TextField(blank=True)  # JSON; text costs no parsing in SQL
    stage = models.CharField(max_length=8, choices=Stage.choices, blank=True)
    code = models.PositiveSmallIntegerField(default=0)  # 0: there was no reply
    enhanced_code = models.CharField(max_length=12, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=24, choices=Resolution.choices, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # Partial, so that an accepted letter costs as few index writes as possible.
        indexes = [
            # Before the next one: of two that serve as well SQLite takes the last made.
            models.Index(fields=["run", "id"], name="who_is_in_a_run"),
            models.Index(
                fields=["run", "id"],
                condition=Q(status="pending"),
                name="what_can_be_claimed",
            ),
            models.Index(
                fields=["run", "not_before"],
                condition=Q(status="deferred"),
                name="what_is_due_again",
            ),
            models.Index(
                fields=["worker"],
                condition=Q(status__in=["claimed", "intent"]),
                name="what_a_worker_holds",
            ),
            models.Index(
                fields=["run", "status", "id"],
                condition=is_one_of(RARE_ENDS),
                name="who_did_not_get_it",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "address_key"], name="one_delivery_per_run_and_address"
            ),
            models.CheckConstraint(
                condition=is_one_of(DeliveryStatus.values),
                name="delivery_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.pk} {self.status}"

    @property
    def carrier(self) -> Relay | None:
        """The relay that it was for last, or else the one that its run names."""
        return self.relay or self.run.relay


class Handful(models.Model):
    """Deliveries of a run that a worker claimed together, in shorthand.

    Their own rows still say *pending*; all of those up to ``last_id`` are in some
    handful.  ``letters`` is JSON: of each
    one its id, its fence, and its binding.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="handfuls")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="+", db_index=False)
    relay = models.ForeignKey(
        Relay,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    last_id = models.BigIntegerField()
    letters = models.TextField()

    def __str__(self) -> str:
        return f"{self.run_id}: up to {self.last_id}"


class OnTheWay(models.Model):
    """Which letters of a worker's handfuls are on their way, in shorthand.

    As long as this row is there, the handfuls of its run and worker hold.  Acceptances
    wait in it to be written into the deliveries' own rows, some dozens at a time.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="on_the_way")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="+", db_index=False)
    delivery_ids = models.TextField(default="[]")  # JSON
    at = models.DateTimeField(null=True)  # of the last intent
    accepted = models.TextField(default="")  # JSON but for the outer brackets

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "worker"], name="one_on_the_way_per_run_and_worker"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.delivery_ids}"


class Attempt(models.Model):
    """One try that did not end in an acceptance, with the answer as it was given."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    letter_ref = models.CharField(max_length=100, blank=True)
    relay = models.ForeignKey(
        Relay, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=16, choices=DeliveryStatus.choices)
    stage = models.CharField(max_length=8, choices=Stage.choices)
    code = models.PositiveSmallIntegerField(default=0)
    enhanced_code = models.CharField(max_length=12, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.stage} {self.code}"


class Decision(models.Model):
    """What was found out or decided about an uncertain delivery, and by whom.

    Rows are only added: one that is taken back says when and by whom.  Without a
    ``resolution`` the relay's log was asked, and could not tell.
    """

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="decisions")
    resolution = models.CharField(max_length=24, choices=Resolution.choices, blank=True)
    source = models.CharField(
        max_length=16, choices=DecisionSource.choices, default=DecisionSource.PERSON
    )
    evidence = models.CharField(max_length=500, blank=True)  # the log's own line
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.resolution or self.source}"


class RunTotal(models.Model):
    """How many addresses of a folded run ended alike; all that is left of them.

    ``answer`` is what the relay said without what is about one address only.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="totals")
    status = models.CharField(max_length=16, choices=DeliveryStatus.choices)
    resolution = models.CharField(max_length=24, choices=Resolution.choices, blank=True)
    letter_ref = models.CharField(max_length=100, blank=True)
    stage = models.CharField(max_length=8, choices=Stage.choices, blank=True)
    code = models.PositiveSmallIntegerField(default=0)
    enhanced_code = models.CharField(max_length=12, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    addresses = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.run_id}: {self.status} {self.code} {self.addresses}"


class Stop(models.Model):
    """This address gets nothing of this scope; ``""`` is every scope.

    Checked by the very UPDATE that records an intent.
    """

    scope = models.CharField(max_length=100, blank=True)
    address_key = models.CharField(max_length=320)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address_key", "scope"], name="one_stop_per_address_and_scope"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope or '*'}: {self.pk}"


class CloneFence(models.Model):
    """Which database this is; a copy of it finds that it is another one, and waits.

    One row.  What it is compared with lies outside of the database: where the database
    lives (``places``), and how far it had got (``witness``).
    """

    token = models.CharField(max_length=32)  # new whenever the fence is lifted
    generation = models.PositiveBigIntegerField(default=0)  # grows with every beat
    place = models.CharField(max_length=200, blank=True)
    machine = models.CharField(max_length=200, blank=True)
    raised_at = models.DateTimeField(null=True, blank=True)  # while it is up
    cause = models.CharField(max_length=8, choices=FenceCause.choices, blank=True)
    # While it is still up: ordered, and not carried out to the end yet.
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    def __str__(self) -> str:
        return f"{self.place}: {self.generation}"
