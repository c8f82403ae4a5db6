"""The words for what was found at a web address."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LookState(TextChoices):
    """What a look at an address found; each label says what readers will meet."""

    WAITING = "waiting", _("not looked at yet")
    FINE = "fine", _("opens")
    GONE = "gone", _("the page does not exist")
    NOWHERE = "nowhere", _("there is no such site")
    SILENT = "silent", _("the site does not answer")
    SLOW = "slow", _("the site did not answer in time")
    ASTRAY = "astray", _("the page leads from one address to the next without end")
    CLOSED = "closed", _("the page asks for a password")
    INSIDE = "inside", _("the address is inside a network, out of readers' reach")
    INSECURE = "insecure", _("the site's certificate is not valid")
    FAULTY = "faulty", _("the site answers with an error")
    UNSURE = "unsure", _("could not be found out from here")


TROUBLES = (
    *(LookState.GONE, LookState.NOWHERE, LookState.SILENT, LookState.SLOW),
    *(LookState.ASTRAY, LookState.CLOSED, LookState.INSIDE, LookState.INSECURE),
    LookState.FAULTY,
)
"""What an editor hears of."""
