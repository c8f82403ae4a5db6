"""The words for how often an issue is due, and where its standing draft is."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RhythmKind(TextChoices):
    DAILY = "daily", _("By days")
    WEEKLY = "weekly", _("By weeks")
    MONTHLY_WEEKDAY = "monthly_weekday", _("On a weekday of the month")
    MONTHLY_DAYS = "monthly_days", _("On days of the month")


class WhenDue(TextChoices):
    """What happens to a standing draft when its date has come."""

    WAIT = "wait", _("It waits for an editor, who is told by mail")
    SEND = "send", _("It goes out by itself")


class StandingState(TextChoices):
    COLLECTING = "collecting", _("collects new materials")
    WAITING = "waiting", _("its date has come")  # for an editor, or for its own run
    RELEASED = "released", _("released")
    SKIPPED = "skipped", _("skipped")
    ENDED = "ended", _("an ordinary draft again")  # the rhythm was switched off


OPEN_STATES = (StandingState.COLLECTING, StandingState.WAITING)
SETTLED_STATES = (StandingState.RELEASED, StandingState.SKIPPED)


class SkipReason(TextChoices):
    NONE = "", ""
    TOO_FEW = "too_few", _("too few materials")
    BY_PERSON = "by_person", _("an editor skipped it")
    DELETED = "deleted", _("an editor deleted it")
