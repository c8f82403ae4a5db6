"""What can be wrong with a change to the audience.

- AudienceError: its text is a whole sentence for whoever asked
    - AlreadySubscribed: the address belongs to somebody who is here already
    - AddressSuppressed: letters to this address are blocked
    - BadName: the name cannot be kept
    - BadField: a field, or what somebody has in it, cannot be kept
    - EvidenceMissing: nobody said how we know that the person wants letters
    - SubscriberGone: the person was deleted meanwhile
    - TooManySignUps: a form was used too often from one place, or by everybody
    - ImportRefused: the file or the choices cannot be imported
        - ImportGone: the import is over, or was started or removed by somebody else
"""

from __future__ import annotations


class AudienceError(Exception):
    """The change was not made; nothing was written."""


class AlreadySubscribed(AudienceError):
    """The address, perhaps spelled otherwise, is here; says whose it is."""

    def __init__(self, text: str, *, subscriber_id: int) -> None:
        super().__init__(text)
        self.subscriber_id = subscriber_id


class AddressSuppressed(AudienceError):
    pass


class BadName(AudienceError):
    pass


class BadField(AudienceError):
    pass


class EvidenceMissing(AudienceError):
    pass


class SubscriberGone(AudienceError):
    pass


class TooManySignUps(AudienceError):
    pass


class ImportRefused(AudienceError):
    pass


class ImportGone(ImportRefused):
    pass
