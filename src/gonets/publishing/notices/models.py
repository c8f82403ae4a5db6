"""Which editor is told of what, and whether the mail server took it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonets.newsletters.models import Issue
from gonets.publishing.notices.states import NoticeKind, NoticeState


class SingleLetter(models.Model):
    """How far a letter to one person that belongs to no run has come."""

    state = models.CharField(
        max_length=12, choices=NoticeState.choices, default=NoticeState.PENDING
    )
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)  # by who sends it now
    answer = models.TextField(blank=True)  # of the mail server, or why there is none
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Notice(SingleLetter):
    """A single letter to one editor about one event."""

    event = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=NoticeKind.choices)
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due_at = models.DateTimeField()  # when the issue was to come out
    reason = models.TextField(blank=True)  # why it did not, as a source string

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "user"], name="notice_once"),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="notice_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="notice_to_send",
                condition=Q(state=NoticeState.PENDING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.user_id}"
