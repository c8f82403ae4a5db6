"""The words for whom a run is for, where its relay comes from, and who signs."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AudienceRule(TextChoices):
    """Whom a run of an issue is for; everyone must be confirmed now."""

    EVERYONE = "everyone", _("everyone confirmed now")
    NEWCOMERS = "newcomers", _("only those in no earlier audience of this issue")
    FAILED = "failed", _("only those it failed for")
    FAILED_AND_UNCERTAIN = "failed_uncertain", _("those it failed for, and uncertain")
    DECIDED = "decided", _("only uncertain ones that are to get it again")


class RelayOrigin(TextChoices):
    """Who says which relay letters leave through; the value names the relay's row."""

    SETTINGS = "settings", _("the settings page")
    ENVIRONMENT = "environment", _("the server's configuration")
    MAILBOX = "mailbox", _("the built-in mailbox")


class RecordState(TextChoices):
    """What DNS said about the public half of a signing key when it was last asked."""

    UNKNOWN = "unknown", _("DNS has not been asked yet")
    FOUND = "found", _("the DNS record was found")
    MISSING = "missing", _("the DNS record was not found")
    DIFFERENT = "different", _("DNS has another value under this name")
