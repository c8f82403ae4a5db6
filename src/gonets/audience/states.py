"""The words for where a subscription stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SubscriptionState(TextChoices):
    PENDING = "pending", _("awaiting confirmation")
    CONFIRMED = "confirmed", _("subscribed")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed")


class ConsentKind(TextChoices):
    """How consent came to us; the evidence itself is the row's text."""

    EDITOR = "editor", _("entered by an editor")
    IMPORT = "import", _("imported from a file")
    DEMO = "demo", _("made up for the demo")
