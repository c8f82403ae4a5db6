"""The people, what they subscribed to, and whom we must not write to."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gonets.audience.states import (
    ConsentKind,
    ImportState,
    LineFault,
    SubscriptionState,
)


def new_link_key() -> str:
    """Return 96 random bits; a restored backup can never give them to another."""
    return secrets.token_urlsafe(12)


class Readership(models.Model):
    """The people of one newsletter; the newsletter itself is known one layer up.

    ``key`` is stable, unique and URL-safe: it names the scope of stops and links.
    """

    key = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class SubscriberField(models.Model):
    """Something that may be known of people beside their name and address."""

    name = models.CharField(max_length=40, unique=True)  # as letters call it
    label = models.CharField(max_length=80)  # as people call it
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="field_has_a_name")
        ]

    def __str__(self) -> str:
        return self.label


class Subscriber(models.Model):
    address = models.CharField(_("e-mail"), max_length=254)  # as it was spelled
    address_key = models.CharField(max_length=320, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    # By the name of a ``SubscriberField``; short strings, none of them empty.
    fields = models.JSONField(default=dict, blank=True)
    # What a search looks in: case-folded, because SQLite folds Latin letters only.
    search_text = models.CharField(max_length=1200, default="", blank=True)
    link_key = models.CharField(max_length=16, unique=True, default=new_link_key)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(address_key=""), name="subscriber_has_an_address"
            )
        ]

    def __str__(self) -> str:
        return self.address


class Subscription(models.Model):
    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, related_name="subscriptions"
    )
    readership = models.ForeignKey(
        Readership, models.PROTECT, related_name="subscriptions"
    )
    state = models.CharField(max_length=16, choices=SubscriptionState.choices)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "readership"], name="one_subscription_each"
            ),
            models.CheckConstraint(
                condition=Q(state__in=SubscriptionState.values),
                name="subscription_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["readership", "state", "id"], name="subscription_confirmed_of"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} → {self.readership_id}: {self.state}"


class SubscriberImport(models.Model):
    """A file of people on its way in.

    ``cursor`` is how many lines have been dealt with: it moves in the transaction that
    writes their people, so that a killed import goes on exactly where it stopped.
    """

    stored_as = models.CharField(max_length=40, blank=True)  # in the data folder
    file_name = models.CharField(max_length=255)  # as the uploader called it
    state = models.CharField(
        max_length=16, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    has_header = models.BooleanField(default=True)
    address_column = models.PositiveIntegerField(default=0)
    name_column = models.PositiveIntegerField(null=True, blank=True)
    # Names of fields by the number of their column, as JSON has keys.
    field_columns = models.JSONField(default=dict, blank=True)
    replaces_fields = models.BooleanField(default=False)  # of people who are here
    readerships = models.ManyToManyField(Readership, blank=True, related_name="+")
    consent_source = models.TextField(blank=True)  # where these people agreed
    lines = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)  # people who were not here
    subscribed = models.PositiveIntegerField(default=0)  # were here, subscribed now
    merged = models.PositiveIntegerField(default=0)  # were here and subscribed
    refused = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="import_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.state}"

    @property
    def percent(self) -> int:
        """How much of the file is dealt with, rounded down."""
        if self.state == ImportState.DONE:
            return 100
        return min(99, 100 * self.cursor // max(1, self.lines))


class ImportRefusal(models.Model):
    """A line that added nobody, and why."""

    of_import = models.ForeignKey(
        SubscriberImport, models.CASCADE, related_name="refusals"
    )
    line = models.PositiveIntegerField()
    text = models.CharField(max_length=300)  # the beginning of the line
    fault = models.CharField(max_length=16, choices=LineFault.choices)
    detail = models.CharField(max_length=300, blank=True)  # names the other line

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["of_import", "line"], name="one_refusal_per_line"
            ),
            models.CheckConstraint(
                condition=Q(fault__in=LineFault.values), name="line_fault_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_import_id}:{self.line} {self.fault}"


class Consent(models.Model):
    """The evidence that a person wanted this newsletter; append-only."""

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, related_name="consents"
    )
    kind = models.CharField(max_length=16, choices=ConsentKind.choices)
    evidence = models.TextField(blank=True)
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True
    )
    source_import = models.ForeignKey(
        SubscriberImport, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source_line = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.given_at:%Y-%m-%d}"


class SignUp(models.Model):
    """Somebody wrote an address into a form; its owner has not said yes yet, or has.

    ``brought_person``: nobody knew the subscriber before.  ``network_hash`` is a keyed
    hash of where it was asked from, for counting only, and is forgotten in a day.
    """

    key = models.CharField(max_length=16, unique=True, default=new_link_key)
    subscriber = models.ForeignKey(Subscriber, models.CASCADE, related_name="sign_ups")
    readerships = models.ManyToManyField(Readership, related_name="+")
    brought_person = models.BooleanField(default=False)
    name = models.CharField(max_length=200, blank=True)
    page = models.CharField(max_length=2000, blank=True)  # where the form stood
    words = models.TextField(blank=True)  # what was read there
    language = models.CharField(max_length=8, blank=True)  # of that page
    network_hash = models.CharField(max_length=43, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="sign_ups_lately")]

    def __str__(self) -> str:
        return f"{self.subscriber_id} asked {self.created_at:%Y-%m-%d}"


class Suppression(models.Model):
    """An address we must not write to, whatever it is subscribed to."""

    address_key = models.CharField(max_length=320, unique=True)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address_key


class Erasure(models.Model):
    """Somebody was deleted for good: an import must not bring them back.

    Only a keyed hash of the address is kept.
    """

    address_hash = models.CharField(max_length=43, unique=True)
    erased_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"erased {self.erased_at:%Y-%m-%d}"
