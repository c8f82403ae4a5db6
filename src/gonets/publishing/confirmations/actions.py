"""Taking a sign-up, asking the mailbox, and believing only the mailbox."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from gonets.audience import actions as audience
from gonets.audience.models import SignUp
from gonets.audience.types import SignUpRequest
from gonets.kernel import clock
from gonets.newsletters.models import Newsletter
from gonets.newsletters.queries import newsletters_to_join
from gonets.publishing.confirmations.composing import envelope_for
from gonets.publishing.confirmations.models import ConfirmationLetter
from gonets.publishing.notices.posting import Posting, send_waiting


@transaction.atomic
def take_sign_up(request: SignUpRequest, *, newsletters: Sequence[Newsletter]) -> None:
    """Note the request and let a letter ask its mailbox.

    :raises kernel.addresses.BadAddress: if nobody can be written to there.
    :raises AudienceError: as ``ask_to_join`` does.
    """
    sign_up = audience.ask_to_join(
        request, readerships=[each.readership for each in newsletters]
    )
    if sign_up is None:
        return
    now = clock.now()
    ConfirmationLetter.objects.create(
        sign_up=sign_up, newsletter=newsletters[0], next_try_at=now, created_at=now
    )


def confirm(sign_up: SignUp) -> list[Newsletter]:
    """Subscribe to what can still be joined of it; return that.  Idempotent.

    :raises AddressSuppressed: if the address was blocked meanwhile.
    """
    newsletters = list(joinable(sign_up))
    audience.confirm_sign_up(
        sign_up, readerships=[each.readership for each in newsletters]
    )
    return newsletters


def joinable(sign_up: SignUp) -> QuerySet[Newsletter]:
    """Return what was asked for and can be joined by anybody today."""
    return newsletters_to_join().filter(readership__in=sign_up.readerships.all())


def send_confirmation_letters() -> int:
    """Send what waits and is due for a try; return how many were accepted."""
    return send_waiting(LETTERS)


def _letters() -> QuerySet[ConfirmationLetter]:
    return ConfirmationLetter.objects.select_related(
        "sign_up__subscriber", "newsletter__readership"
    )


def _is_moot(letter: ConfirmationLetter) -> bool:
    return letter.sign_up.confirmed_at is not None


LETTERS = Posting(
    rows=_letters, envelope_for=envelope_for, is_moot=_is_moot, leads_here=True
)
