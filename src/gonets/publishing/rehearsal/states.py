"""The words for where a rehearsal stands, and for what it finds."""

from enum import Enum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RehearsalStatus(TextChoices):
    """Where a rehearsal stands; what is under way goes on after a restart."""

    WAITING = "waiting", _("waiting for its turn")
    RUNNING = "running", _("under way")
    FINISHED = "finished", _("finished")
    STOPPED = "stopped", _("stopped")
    FAILED = "failed", _("broken off")


UNFINISHED_REHEARSALS = (RehearsalStatus.WAITING, RehearsalStatus.RUNNING)


class FindingKind(TextChoices):
    """What a rehearsal found out about somebody."""

    UNFIT = "unfit", _("no letter can be made")
    DOUBTFUL = "doubtful", _("the address looks undeliverable")
    EMPTY = "empty", _("a personal part stays empty")
    WITHHELD = "withheld", _("gets no letter")


class ForecastLimit(Enum):
    """What a sending has to wait for most."""

    RATE = auto()  # the relay's limit of letters per second
    WAY = auto()  # the way to the relay and back
    MAKING = auto()  # making the letters on this machine
