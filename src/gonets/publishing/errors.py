"""What may keep an issue from going out, each with a sentence for the editor.

PublishingError
├── SendRefused             put right what it names, then send again
│   ├── SubjectMissing
│   ├── LetterUnready       ``problems`` names what blocks
│   ├── SenderMissing
│   ├── NobodyToSendTo
│   ├── RelayMissing
│   ├── PublicAddressUnfit
│   ├── DatabaseCopied      an administrator has to lift the clone fence
│   ├── DiskFull            make room first
│   └── LetterChanged       look at the letter again
├── AlreadyRunning          look at ``run_id`` instead
├── ScheduleChanged         leave it: another time, or none, was set
├── NotPaused               the run is not paused, or not this issue's newest
├── WordingUnchanged        there is no new version to continue with
├── StillRunning            wait for the end first
├── RelayLogMissing         an administrator can configure one
├── RelayLogUnreadable      it cannot be read; says why
├── NameTaken               choose another name for the relay or the limit
├── OverrideRefused         the problem still blocks; says why
├── TestLetterFailed        the test letter was not accepted; says why
├── RehearsalRefused        nothing can be rehearsed as things stand; says why
└── SigningRefused          nothing was changed about the key
    ├── KeyWaiting          a key of the domain waits to be used or deleted
    ├── KeyMissing          it was deleted meanwhile
    ├── KeyUnreadable       sealed under another secret key: make a new one
    ├── KeyNeeded           it signs letters, or those of an unfinished run
    └── DnsSilent           DNS could not be asked
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _


class PublishingError(Exception):
    """``str()`` of it is the sentence to show, in the language of the moment."""


class SendRefused(PublishingError):
    """The issue cannot go out as things stand."""


class SubjectMissing(SendRefused):
    def __init__(self) -> None:
        super().__init__(_("The letter has no subject. Write one, then send."))


class LetterUnready(SendRefused):
    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


class SenderMissing(SendRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The newsletter has no sender. Enter the sender's name and e-mail in "
                "the settings of the newsletter."
            )
        )


class NobodyToSendTo(SendRefused):
    def __init__(self) -> None:
        super().__init__(
            _("There is nobody to send this to: no confirmed subscriber fits.")
        )


class RelayMissing(SendRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "No mail server is set up. An administrator can enter one in the "
                "settings."
            )
        )


class PublicAddressUnfit(SendRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Readers could not unsubscribe: the public address of this server is "
                "not an https:// address that they can reach. Set GONETS_PUBLIC_URL, "
                "or use the built-in mailbox."
            )
        )


class DatabaseCopied(SendRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "This database was copied or restored. Nothing is sent until an "
                "administrator confirms that the other copy sends no more."
            )
        )


class DiskFull(SendRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The disk of this server is almost full, so nothing is sent: the "
                "account of who got the letter needs room. Ask whoever runs the server "
                "to free some, then send."
            )
        )


class LetterChanged(SendRefused):
    def __init__(self) -> None:
        super().__init__(
            _("The letter was changed a moment ago. Look at it again, then send.")
        )


class AlreadyRunning(PublishingError):
    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        super().__init__(_("This issue is being sent already."))


class ScheduleChanged(PublishingError):
    def __init__(self) -> None:
        super().__init__(_("The issue is not scheduled for this time any more."))


class NotPaused(PublishingError):
    def __init__(self) -> None:
        super().__init__(_("The sending is not paused, so nothing was changed."))


class WordingUnchanged(PublishingError):
    def __init__(self) -> None:
        super().__init__(
            _("The letter is the same as before, so there is nothing to replace.")
        )


class StillRunning(PublishingError):
    def __init__(self) -> None:
        super().__init__(_("The sending has not ended yet."))


class RelayLogMissing(PublishingError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "No log of the mail server is configured. An administrator can name "
                "one in the settings."
            )
        )


class RelayLogUnreadable(PublishingError):
    """Its text says why."""


class NameTaken(PublishingError):
    def __init__(self, name: str) -> None:
        super().__init__(
            _("The name “%(name)s” is taken. Choose another one.") % {"name": name}
        )


class TestLetterFailed(PublishingError):
    __test__ = False  # not a test case, whatever its name says to pytest


class OverrideRefused(PublishingError):
    """The problem still blocks; nothing was recorded."""


class RehearsalRefused(PublishingError):
    """The issue cannot be rehearsed; nothing was changed."""


class SigningRefused(PublishingError):
    """Nothing was changed about the key."""


class KeyWaiting(SigningRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "This domain has a key that is not in use. Switch it on or delete it "
                "before you make another one."
            )
        )


class KeyMissing(SigningRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The key that signs these letters was deleted. Continue: the letters "
                "left are signed with the key that is in use then."
            )
        )


class KeyUnreadable(SigningRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The signing key cannot be read: it was kept under another secret key "
                "of this server. Switch it off, delete it and make a new one."
            )
        )


class KeyNeeded(SigningRefused):
    """Its text says for what."""


class DnsSilent(SigningRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "DNS did not answer, so nobody knows whether the record is there. Look "
                "at this server's network, or try again later."
            )
        )
