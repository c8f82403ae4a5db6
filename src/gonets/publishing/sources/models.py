"""Who is told that a source fails, or is well again, and how far the letter is."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonets.content.models import Source
from gonets.newsletters.models import Newsletter
from gonets.publishing.notices.models import SingleLetter
from gonets.publishing.notices.states import NoticeState
from gonets.publishing.sources.states import SourceNews


class SourceNotice(SingleLetter):
    """A single letter to one person about one failing of a source."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    failing_since = models.DateTimeField()  # which failing of the source it is about
    kind = models.CharField(max_length=8, choices=SourceNews.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    newsletter = models.ForeignKey(  # whose sender writes it
        Newsletter, models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "failing_since", "kind", "user"],
                name="source_notice_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values),
                name="source_notice_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="source_notice_to_send",
                condition=Q(state=NoticeState.PENDING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind}: {self.user_id}"
