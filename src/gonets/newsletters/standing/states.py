"""The words for how often an issue is due, and where a standing draft is."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RhythmKind(TextChoices):
    DAILY = "daily", _("By days")
    WEEKLY = "weekly", _("By weeks")
    MONTHLY_WEEKDAY = "monthly_weekday", _("On a weekday of the month")
    MONTHLY_DAYS = "monthly_days", _("On days of the month")
