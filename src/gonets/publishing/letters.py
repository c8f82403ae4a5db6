"""Frozen versions of issues as letters to people: what the engine asks us for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from gonets.audience.fields import BUILT_IN
from gonets.audience.models import Readership
from gonets.audience.queries import PersonalValues, personal_values
from gonets.delivery.ports import Binding, Envelope, LetterUnfit, Recipient, Withheld
from gonets.kernel import clock
from gonets.letters.compiling import CompiledLetter, compile_letter
from gonets.letters.dkim import Signer
from gonets.letters.errors import ReaderUnfit, TemplateFault
from gonets.letters.storing import content_from_json
from gonets.letters.types import LetterContent
from gonets.newsletters.models import IssueVersion
from gonets.newsletters.queries import bodies_kept
from gonets.publishing.errors import SigningRefused
from gonets.publishing.identities import MessageIds, selector_of, version_id
from gonets.publishing.readers import WayOut, WaysOut, bound_reader, bound_values
from gonets.publishing.signing import signer_named

COMPILED_LETTERS_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLetter:
    """A compiled version of an issue; implements ``delivery.ports.Letter``."""

    compiled: CompiledLetter
    sender: str
    readership_id: int
    readership_key: str
    signer: Signer | None = None
    # The fields of subscribers that it asks for.
    field_names: tuple[str, ...] = ()

    @property
    def is_costly(self) -> bool:
        """A signature takes longer than all the rest of a letter's way."""
        return self.signer is not None

    def envelope_for(self, recipient: Recipient, binding: Binding) -> Envelope:
        try:
            content = self.compiled.message_for(
                bound_reader(recipient.address, binding)
            )
        except ReaderUnfit as error:
            raise LetterUnfit(str(error)) from error
        if self.signer is not None:
            content = self.signer.signed(content, at=binding.date)
        is_wire_ready = True
        return Envelope(self.sender, recipient.address, content, is_wire_ready)


class PublishedLetters:
    """Implements ``delivery.ports.LetterSource``.

    Versions never change, so a compiled one may be kept; one worker, one instance.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, VersionLetter] = OrderedDict()
        self._way_out = WayOut.of_site()  # Nobody waits for it now.
        self._ways_out: dict[str, WaysOut] = {}  # by the key of the readership

    def letter(self, letter_ref: str) -> VersionLetter:
        kept = self._kept.get(letter_ref)
        if kept is not None:
            self._kept.move_to_end(letter_ref)
            return kept
        made = self._kept[letter_ref] = version_letter(letter_ref)
        if len(self._kept) > COMPILED_LETTERS_KEPT:
            self._kept.popitem(last=False)
        return made

    def bind(
        self, *, run_id: int, letter_ref: str, recipients: Sequence[Recipient]
    ) -> list[Binding | Withheld]:
        letter = self.letter(letter_ref)
        people = personal_values(
            [int(recipient.person_ref or 0) for recipient in recipients],
            readership_id=letter.readership_id,
            with_fields=bool(letter.field_names),
        )
        message_ids = MessageIds(str(run_id), letter_ref, sender=letter.sender).of(
            [str(recipient.delivery_id) for recipient in recipients]
        )
        # A Date header has whole seconds.
        date = clock.now().replace(microsecond=0)
        ways_out = self._ways_out_of(people, letter.readership_key)
        return [
            Binding(
                letter_ref,
                message_id,
                date,
                bound_values(person, next(ways_out), letter.field_names),
            )
            if person and person.is_confirmed
            else _withheld(person)
            for person, message_id in zip(people, message_ids, strict=True)
        ]

    def _ways_out_of(
        self, people: Sequence[PersonalValues | None], readership_key: str
    ) -> Iterator[str]:
        """Yield the way out of each who gets the letter: all are made together."""
        ways_out = self._ways_out.get(readership_key)
        if ways_out is None:
            ways_out = WaysOut(readership_key, self._way_out)
            self._ways_out[readership_key] = ways_out
        getting = [person for person in people if person and person.is_confirmed]
        return iter(ways_out.of([person.link_key for person in getting]))


def _withheld(person: PersonalValues | None) -> Withheld:
    if person is None:
        return Withheld(reason=_("deleted from the subscribers"))
    # Beside the stops: whoever left before the run was frozen has no stop of it.
    return Withheld(reason=_("not subscribed any more"))


def version_letter(letter_ref: str) -> VersionLetter:
    """Compile the version that ``letter_ref`` names, signed as it says.

    :raises LetterUnfit: if the whole letter cannot be made.
    """
    version = IssueVersion.objects.select_related("issue__newsletter__readership").get(
        pk=version_id(letter_ref)
    )
    content = content_from_json(version.content)
    readership = version.issue.newsletter.readership
    try:
        with translation.override(content.language):
            signer = _signer(content, selector_of(letter_ref))
            bodies = bodies_kept(version.pk)
            return letter_of(content, readership, signer=signer, bodies=bodies)
    except (TemplateFault, SigningRefused) as error:
        raise LetterUnfit(str(error)) from error


def letter_of(
    content: LetterContent,
    readership: Readership,
    *,
    signer: Signer | None,
    bodies: bytes = b"",
) -> VersionLetter:
    """Compile a wording: what is sent, previewed and tried is all made here.

    ``bodies`` are those that a version kept.

    :raises TemplateFault: if the letter cannot be made.
    """
    compiled = compile_letter(content, bodies=bodies)
    return VersionLetter(
        compiled=compiled,
        field_names=tuple(sorted(compiled.names - BUILT_IN)),
        signer=signer,
        sender=content.sender_address,
        readership_id=readership.pk,
        readership_key=readership.key,
    )


def _signer(content: LetterContent, selector: str) -> Signer | None:
    if not selector:
        return None
    return signer_named(sender=content.sender_address, selector=selector)
