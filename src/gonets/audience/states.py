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
    """Why a line of a file was left out; the text completes "Line 12: …"."""

    NO_ADDRESS = "no_address", _("there is no e-mail address in the chosen column")
    BAD_ADDRESS = "bad_address", _("this is not an e-mail address")
    BAD_NAME = "bad_name", _("the name is longer than 200 characters")
    BROKEN_QUOTES = "quotes", _("a quotation mark is opened and never closed")
    STRAY_QUOTE = "stray_quote", _("there is text after a closing quotation mark")
    TOO_LONG = "too_long", _("the line is longer than 65,536 characters")
    NUL = "nul", _("the line contains a NUL character: the file may be damaged")
    UNREADABLE = "unreadable", _("some characters do not fit the chosen encoding")
    UNSUBSCRIBED = "unsubscribed", _("unsubscribed earlier; an import does not undo it")
    SUPPRESSED = "suppressed", _("letters to this address are blocked")
    ERASED = "erased", _("deleted earlier; can only be added again by hand")
    REPEATED = "repeated", _("the same address is already in this file")
    SUBSCRIBED = "subscribed", _("already subscribed; nothing to change")


MERGED_LINES = (LineFault.REPEATED, LineFault.SUBSCRIBED)
"""Not faults of the file: the person is there already."""
