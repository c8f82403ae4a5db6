"""The people, what they subscribed to, and whom we must not write to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gonets.audience.states import ConsentKind, SubscriptionState


class Readership(models.Model):
    """The people of one newsletter; the newsletter itself is known one layer up.

    ``key`` is stable, unique and URL-safe: it names the scope of stops and links.
    """

    key = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Subscriber(models.Model):
    address = models.CharField(_("e-mail"), max_length=254)  # as it was spelled
    address_key = models.CharField(max_length=320, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
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

    def __str__(self) -> str:
        return f"{self.kind} {self.given_at:%Y-%m-%d}"


class Suppression(models.Model):
    """An address we must not write to, whatever it is subscribed to."""

    address_key = models.CharField(max_length=320, unique=True)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address_key
