"""The words for where a run and a delivery stand.

These describe *our hand-over to the relay* and nothing later: what the receiving side
reports afterwards (bounces, complaints) belongs to ``gonets.feedback``.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RunStatus(TextChoices):
    PREPARING = "preparing", _("preparing")  # its audience is being frozen
    RUNNING = "running", _("sending")
    PAUSING = "pausing", _("pausing")  # no new intent; answers in flight still come
    PAUSED = "paused", _("paused")
    FINISHED = "finished", _("finished")  # every delivery is in a final state
    CANCELLED = "cancelled", _("cancelled")  # the rest was cancelled by a person


UNFINISHED_RUNS = (
    RunStatus.PREPARING,
    RunStatus.RUNNING,
    RunStatus.PAUSING,
    RunStatus.PAUSED,
)
ENDED_RUNS = (RunStatus.FINISHED, RunStatus.CANCELLED)


class DeliveryStatus(TextChoices):
    PENDING = "pending", _("waiting")  # waiting for a worker
    CLAIMED = "claimed", _("claimed")  # a worker holds it until its lease ends
    INTENT = "intent", _("on its way")  # durably marked; may leave any moment
    DEFERRED = "deferred", _("will be tried again")  # 4xx; waiting for ``not_before``
    ACCEPTED = "accepted", _("accepted")  # 2xx; this is not proof of arrival
    REFUSED = "refused", _("refused")  # 5xx to this address or this letter
    EXPIRED = "expired", _("given up")  # deferred until we gave up
    UNCERTAIN = "uncertain", _("uncertain")  # may have it; never resent on our own
    WITHHELD = "withheld", _("withheld")  # we chose not to: stopped or suppressed
    CANCELLED = "cancelled", _("cancelled")  # a person cancelled the rest


OPEN_DELIVERIES = (
    DeliveryStatus.PENDING,
    DeliveryStatus.CLAIMED,
    DeliveryStatus.INTENT,
    DeliveryStatus.DEFERRED,
)
FINAL_DELIVERIES = tuple(
    status for status in DeliveryStatus if status not in OPEN_DELIVERIES
)
RARE_ENDS = tuple(
    status for status in FINAL_DELIVERIES if status is not DeliveryStatus.ACCEPTED
)


class Stage(TextChoices):
    """How far the hand-over of a letter had come."""

    RENDER = "render", _("making the letter")
    CONNECT = "connect", _("connecting")
    TLS = "tls", _("securing the connection")
    EHLO = "ehlo", _("introducing ourselves")
    AUTH = "auth", _("logging in")
    MAIL = "mail", _("naming the sender")
    RCPT = "rcpt", _("naming the recipient")
    DATA = "data", _("announcing the letter")
    DOT = "dot", _("handing over the letter")


class Resolution(TextChoices):
    """What a person decided about an uncertain delivery; the status stays."""

    COUNT_AS_ACCEPTED = "count_as_accepted", _("count as accepted")
    SEND_AGAIN = "send_again", _("send again")  # a duplicate is possible
    NOT_ACCEPTED = "not_accepted", _("not accepted")  # there is evidence for it


class DecisionSource(TextChoices):
    """On what a decision about an uncertain delivery rests."""

    PERSON = "person", _("a person")
    RELAY_LOG = "relay_log", _("the log of the mail server")


class PauseCause(TextChoices):
    """Why the program itself paused a run; ``causes.explain`` says it to people."""

    RELAY_MISSING = "relay_missing", _("no relay")
    RELAY_ADDRESS = "relay_address", _("the relay's address is wrong")
    UNREACHABLE = "unreachable", _("the relay cannot be reached")
    UNWELL = "unwell", _("the relay is unwell")
    TLS_FAILED = "tls_failed", _("the relay cannot prove who it is")
    LOGIN_REFUSED = "login_refused", _("the relay refuses the log-in")
    SENDER_REFUSED = "sender_refused", _("the relay refuses the sender")
    ALL_UNWELL = "all_unwell", _("no relay takes letters")
    LETTER_REFUSED = "letter_refused", _("the relay refuses the letter")
    LETTER_TOO_LARGE = "letter_too_large", _("the letter is too large for the relay")
    LETTER_UNFIT = "letter_unfit", _("the letter cannot be made")
    DISK_FULL = "disk_full", _("the disk is full")
    BROKEN = "broken", _("an error in the program")


class FenceCause(TextChoices):
    """How the engine knows that another database may be sending the same letters."""

    COPIED = "copied", _("it lies in another place than before")
    OLDER = "older", _("it is older than the one that was here")
    BACKUP = "backup", _("it comes from a backup")
