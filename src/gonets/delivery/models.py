"""Runs and the account of every single address."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonets.delivery.states import UNFINISHED_RUNS, DeliveryStatus, RunStatus


class Relay(models.Model):
    """An SMTP server with its limits."""

    name = models.CharField(max_length=100, unique=True)
    url = models.CharField(max_length=500)  # smtp://, smtp+starttls://, smtps://
    letters_per_second = models.FloatField(null=True, blank=True)  # None: no limit
    connections = models.PositiveIntegerField(default=4)

    def __str__(self) -> str:
        return self.name


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
    relay = models.ForeignKey(Relay, models.PROTECT, null=True, related_name="runs")
    pause_reason = models.TextField(blank=True)  # for people; empty: a person paused it
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
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
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
        ]

    def __str__(self) -> str:
        return f"{self.origin_key}: {self.status}"


class Delivery(models.Model):
    """One address in a run."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="deliveries")
    address_key = models.CharField(max_length=320)
    recipient = models.CharField(max_length=254)  # as it was spelled
    person_ref = models.CharField(max_length=100, blank=True)  # opaque here
    status = models.CharField(
        max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "address_key"], name="one_delivery_per_run_and_address"
            ),
            models.CheckConstraint(
                condition=Q(status__in=DeliveryStatus.values),
                name="delivery_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.pk} {self.status}"


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
                fields=["scope", "address_key"], name="one_stop_per_scope_and_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope or '*'}: {self.pk}"
