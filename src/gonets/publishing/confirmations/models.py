"""Which sign-up is confirmed by which letter, and whether the mail server took it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonets.audience.models import SignUp
from gonets.newsletters.models import Newsletter
from gonets.publishing.notices.models import SingleLetter
from gonets.publishing.notices.states import NoticeState


class ConfirmationLetter(SingleLetter):
    """Asks the owner of a mailbox whether they want what a form says they want."""

    sign_up = models.OneToOneField(
        SignUp, models.CASCADE, related_name="confirmation_letter"
    )
    newsletter = models.ForeignKey(  # whose sender writes it
        Newsletter, models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values),
                name="confirmation_letter_state_known",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="confirmation_to_send",
                condition=Q(state=NoticeState.PENDING),
            )
        ]

    def __str__(self) -> str:
        return f"Confirmation of {self.sign_up_id}"
