"""The words for where a subscription and an import stand."""

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
    READER = "reader", _("given by the reader")
    DEMO = "demo", _("made up for the demo")


class ImportState(TextChoices):
    """A file waits for choices, then for the worker, and then ends in one of three."""

    UPLOADED = "uploaded", _("waiting for your choices")
    MAPPED = "mapped", _("waiting for its turn")
    RUNNING = "running", _("importing")
    DONE = "done", _("finished")
    STOPPED = "stopped", _("stopped")
    FAILED = "failed", _("failed")


UNFINISHED_IMPORTS = (ImportState.MAPPED, ImportState.RUNNING)


class LineFault(TextChoices):
    """Why a line of a file was left out, as a sentence."""

    NO_ADDRESS = "no_address", _("There is no e-mail address in the chosen column.")
    BAD_ADDRESS = "bad_address", _("This is not an e-mail address.")
    BAD_NAME = "bad_name", _("The name is longer than 200 characters.")
    LONG_VALUE = "long_value", _("A value is longer than 1,000 characters.")
    BROKEN_QUOTES = "quotes", _("A quotation mark is opened and never closed.")
    STRAY_QUOTE = "stray_quote", _("There is text after a closing quotation mark.")
    TOO_LONG = "too_long", _("The line is longer than 65,536 characters.")
    NUL = "nul", _("The line contains a NUL character: the file may be damaged.")
    UNREADABLE = "unreadable", _("Some characters do not fit the chosen encoding.")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed earlier; an import respects that.")
    SUPPRESSED = "suppressed", _("Letters to this address are blocked.")
    ERASED = "erased", _("Deleted earlier; can be added again only by hand.")
    REPEATED = "repeated", _("The same address is already in this file.")
    SUBSCRIBED = "subscribed", _("Already subscribed; nothing to change.")


MERGED_LINES = (LineFault.REPEATED, LineFault.SUBSCRIBED)
"""Not faults of the file: the person is there already."""
