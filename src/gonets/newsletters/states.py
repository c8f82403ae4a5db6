"""The words for where an issue stands with its editors.

What happens to it while it is being sent is the run's state (``gonets.delivery``).
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class IssueState(TextChoices):
    DRAFT = "draft", _("in preparation")
    POSTPONED = "postponed", _("ready, postponed")
    SCHEDULED = "scheduled", _("scheduled")
    RELEASED = "released", _("released")  # it has at least one run


EDITABLE_STATES = (IssueState.DRAFT, IssueState.POSTPONED, IssueState.SCHEDULED)


class IssueStep(TextChoices):
    """The step of the walk that the editor was at; «Разослать» returns there."""

    MATERIALS = "materials", _("materials")
    PREVIEW = "preview", _("preview")


class Selection(TextChoices):
    """How candidates for an issue are chosen from the included sections."""

    SINCE_LAST_ISSUE = "since_last_issue", _("Published since the last issue")
    LAST_DAYS = "last_days", _("Published in the last days")
    NEWEST = "newest", _("The newest of each section")


class Reason(TextChoices):
    """Why a material is in an issue or is not."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed since it was sent")
    SENT = "sent", _("Already sent")
    HELD = "held", _("Left for next time")
    REPEATED = "repeated", _("The same page from another source")
    OVER_LIMIT = "over_limit", _("Over the limit of its section")
    OUTSIDE = "outside", _("Outside the newsletter's rule")
    UPCOMING = "upcoming", _("Not out on the site yet")
    UNPUBLISHED = "unpublished", _("Hidden on the site now")
    PRIVATE = "private", _("Not for everybody")
    EXPIRED = "expired", _("Its time is over")


class SiteStanding(TextChoices):
    """Whether readers who press a material's link will find it on the site."""

    PRESENT = "present", _("on the site")
    DELETED = "deleted", _("deleted from the site")
    UNPUBLISHED = "unpublished", _("not published any more")
    POSTPONED = "postponed", _("to be published later")
    PRIVATE = "private", _("not for everybody any more")
    EXPIRED = "expired", _("over, or out of date")


class ChangeKind(TextChoices):
    """What a step in the history of an issue was."""

    START = "start"  # the issue as it came into being
    EDIT = "edit"
    UNDO = "undo"
    REDO = "redo"
    RESTORE = "restore"  # an earlier document came back as a whole
