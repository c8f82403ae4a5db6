"""What can go wrong while issues are made, each with a sentence for the editor.

::

    NewslettersError
    ├── IssueMissing        nothing to do: show the list
    ├── IssueClosed         the step is over; show where the issue is now
    ├── EditedMeanwhile     reload, then decide
    ├── ChangedOnSite       look at what the site says now, then decide
    ├── NothingToUndo       there is no such step (any more)
    ├── AnothersStep        ask: it would take back what somebody else did
    ├── PartMissing         show the parts as they are now
    ├── BadWording          correct the named field
    ├── BadSchedule         choose another time
    ├── BadBrand            correct the named fields of the brand
    ├── LetterUnreadable    choose another file
    ├── BadSettings         correct the named fields of the newsletter
    └── NewsletterArchived  take it out of the archive first
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from gonets.newsletters.types import Change


class NewslettersError(Exception):
    """``str()`` is a sentence for the editor in the language of the request."""


class BadBrand(NewslettersError):
    """``problems`` has a sentence for each field that is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class LetterUnreadable(NewslettersError):
    """What was given is not a letter that a template could be made of."""


class IssueMissing(NewslettersError):
    def __init__(self) -> None:
        super().__init__(_("This issue has been deleted."))


class IssueClosed(NewslettersError):
    """The issue is in a state in which this cannot be done."""


class NewsletterArchived(NewslettersError):
    def __init__(self, title: str) -> None:
        super().__init__(
            _("“%(newsletter)s” is in the archive. Take it out of there first.")
            % {"newsletter": title}
        )


class EditedMeanwhile(NewslettersError):
    """Someone saved first; ``edition`` is what is stored now."""

    def __init__(self, *, by: str, at: datetime, edition: int) -> None:
        self.by = by
        self.at = at
        self.edition = edition
        words = {"who": self.who, "time": self.time}
        super().__init__(
            _("%(who)s changed this issue at %(time)s. Reload it to go on.") % words
        )

    @property
    def who(self) -> str:
        return self.by or _("Someone")

    @property
    def time(self) -> str:
        return date_format(timezone.localtime(self.at), "TIME_FORMAT")


class ChangedOnSite(NewslettersError):
    """The site's wording is not the one that was picked from; nothing was saved."""

    def __init__(self, title: str) -> None:
        super().__init__(
            _(
                "“%(title)s” was changed on the site once more. Look at it and pick "
                "again; what you typed is still here."
            )
            % {"title": title}
        )


class NothingToUndo(NewslettersError):
    """No step can be taken back, or done again."""


class AnothersStep(NewslettersError):
    """Undoing would take back ``change``, which somebody else made."""

    def __init__(self, change: Change, what: str) -> None:
        self.change = change
        who = change.made_by or _("The schedule")
        super().__init__(
            _("%(who)s did this: %(what)s. Undo it?") % {"who": who, "what": what}
        )


class PartMissing(NewslettersError):
    """What stood under that heading is in other parts now, or gone."""


class BadWording(NewslettersError):
    """``field`` is the name that the caller used for it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class BadSchedule(NewslettersError):
    """The time cannot be used."""


class BadSettings(NewslettersError):
    """``problems`` maps each wrong field to what is wrong with it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(self.problems.values()))
