"""The words for what a notice is about and where it is."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoticeKind(TextChoices):
    READY = "ready", _("an issue waits for an editor")
    SKIPPED = "skipped", _("a date was skipped: too few materials")
    MISSED = "missed", _("an issue did not leave on time")


class NoticeState(TextChoices):
    PENDING = "pending", _("waiting")
    ACCEPTED = "accepted", _("accepted by the mail server")
    REFUSED = "refused", _("refused")
    EXPIRED = "expired", _("given up after a day")
    WITHDRAWN = "withdrawn", _("not needed any more")
