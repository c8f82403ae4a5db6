"""What can go wrong with the site's content.

ContentError
├── BadInput            the editor's input; the message is for the editor, translated
│   ├── NotAPicture
│   ├── PageUnreadable
│   └── SectionMisplaced
├── NotOurs             the material or section belongs to a source and follows it
└── SourceUnreadable    the source cannot be read now; ``failure`` says why
"""

from __future__ import annotations

from datetime import timedelta

from gonets.content.states import FetchFailure


class ContentError(Exception):
    """The base of all; never raised itself."""


class BadInput(ContentError):
    """What the editor gave cannot be taken; the message says why."""


class NotAPicture(BadInput):
    """The file is no picture that we can keep."""


class PageUnreadable(BadInput):
    """There is no web page at the address that we can read."""


class SectionMisplaced(BadInput):
    """A section cannot be moved or merged into itself, or below itself."""


class NotOurs(ContentError):
    """It belongs to a source: the next fetch would bring it back."""


class SourceUnreadable(ContentError):
    """The source cannot be read; nothing was changed.

    ``ask_again_after`` is what the source demands, where it does.
    """

    def __init__(
        self,
        failure: FetchFailure,
        detail: str = "",
        *,
        ask_again_after: timedelta | None = None,
    ) -> None:
        super().__init__(detail or str(failure.label))
        self.failure = failure
        self.detail = detail
        self.ask_again_after = ask_again_after
