"""Making the letters of a rehearsal, by the code that sends, and dropping them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import translation

from gonets.delivery.ports import (
    Binding,
    Envelope,
    LetterUnfit,
    Recipient,
    Withheld,
)
from gonets.delivery.trials import Sink
from gonets.letters.errors import ReaderUnfit
from gonets.letters.personalising import Personal, PersonalValues
from gonets.letters.storing import content_from_json
from gonets.letters.types import Reader
from gonets.newsletters.models import Issue
from gonets.publishing.letters import PublishedLetters, VersionLetter, letter_of
from gonets.publishing.readers import bound_reader
from gonets.publishing.rehearsal import reasons
from gonets.publishing.rehearsal.doubts import doubt_about
from gonets.publishing.rehearsal.models import Rehearsal
from gonets.publishing.rehearsal.portions import (
    Candidate,
    last_run_of,
    refused_among,
    stopped_among,
)
from gonets.publishing.rehearsal.relays import RelayFacts
from gonets.publishing.rehearsal.states import FindingKind
from gonets.publishing.rehearsal.tallies import Tally
from gonets.publishing.signing import current_signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something about somebody, to be kept by name."""

    subscriber_id: int
    address: str
    kind: FindingKind
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    candidate: Candidate
    reader: Reader
    envelope: Envelope


class RehearsedLetters(PublishedLetters):
    """The letters of a wording that is not released: it has no version yet."""

    def __init__(self, letter: VersionLetter) -> None:
        super().__init__()
        self._letter = letter

    def letter(self, letter_ref: str) -> VersionLetter:
        return self._letter


class Maker:
    """Looks at people, makes letters for those who would get one, and counts."""

    def __init__(
        self, rehearsal: Rehearsal, issue: Issue, *, relay: RelayFacts, sink: Sink
    ) -> None:
        self.tally = Tally.from_json(rehearsal.tally)
        self._letter_ref = f"rehearsal-{rehearsal.pk}-{rehearsal.sha256[:16]}"
        self._letter = _compiled(rehearsal, issue)
        self._letters = RehearsedLetters(self._letter)
        self._parts = _personal_parts(self._letter)
        self._last_run = last_run_of(issue.newsletter_id)
        self._is_for_the_internet = bool(relay.host) and not relay.is_mailbox
        self._sink = sink
        self._found: list[Found] = []

    def rehearse(self, people: Sequence[Candidate]) -> list[Found]:
        """Return what was found about these people that is to be kept by name."""
        self._found = []
        self.tally.looked_at += len(people)
        for candidate in people:
            if candidate.left_out:
                self._note(
                    candidate,
                    FindingKind.WITHHELD,
                    candidate.left_out,
                    candidate.detail,
                )
        audience = [candidate for candidate in people if not candidate.left_out]
        self.tally.audience += len(audience)
        self._doubt(audience)
        self._drop(list(self._made(self._bound(audience))))
        return self._found

    def _doubt(self, audience: Sequence[Candidate]) -> None:
        keys = [candidate.address_key for candidate in audience]
        refused = refused_among(keys, run_id=self._last_run)
        for candidate in audience:
            kind, key = FindingKind.DOUBTFUL, candidate.address_key
            doubt = doubt_about(key, is_for_the_internet=self._is_for_the_internet)
            if doubt is not None:
                self._note(candidate, kind, doubt.reason, doubt.detail)
            elif key in refused:
                self._note(candidate, kind, reasons.REFUSED_BEFORE, refused[key])

    def _bound(
        self, audience: Sequence[Candidate]
    ) -> Iterable[tuple[Candidate, Recipient, Binding]]:
        recipients = [_recipient(candidate) for candidate in audience]
        bindings = self._letters.bind(
            run_id=0, letter_ref=self._letter_ref, recipients=recipients
        )
        stopped = stopped_among(
            [candidate.address_key for candidate in audience],
            scope=self._letter.readership_key,
        )
        for candidate, recipient, binding in zip(
            audience, recipients, bindings, strict=True
        ):
            if isinstance(binding, Withheld):
                self._note(candidate, FindingKind.WITHHELD, binding.reason)
            elif candidate.address_key in stopped:
                self._note(candidate, FindingKind.WITHHELD, reasons.STOPPED)
            else:
                yield candidate, recipient, binding

    def _made(
        self, bound: Iterable[tuple[Candidate, Recipient, Binding]]
    ) -> Iterable[_Made]:
        for candidate, recipient, binding in bound:
            try:
                envelope = self._letter.envelope_for(recipient, binding)
            except LetterUnfit as why:
                self._note(candidate, FindingKind.UNFIT, *_grouped(why))
            else:
                reader = bound_reader(recipient.address, binding)
                yield _Made(candidate=candidate, reader=reader, envelope=envelope)

    def _drop(self, made: Sequence[_Made]) -> None:
        dropped = self._sink.drop([each.envelope for each in made])
        for each, fate in zip(made, dropped, strict=True):
            if fate.is_relays_limit:
                self._unfit(each, reasons.BEYOND_RELAY, fate.refusal)
            elif fate.refusal:
                self._unfit(each, *_refused(each.candidate, fate.refusal))
            else:
                self._note_letter(each)

    def _note_letter(self, made: _Made) -> None:
        self.tally.note_letter(
            size=len(made.envelope.content),
            html_bytes=len(self._letter.compiled.html_for(made.reader).encode()),
            subscriber_id=made.candidate.subscriber_id,
        )
        values = PersonalValues.of(made.reader)
        for source, part in self._parts.items():
            if not part.as_text(values).strip():
                self._note(made.candidate, FindingKind.EMPTY, source)

    def _unfit(self, made: _Made, reason: str, detail: str = "") -> None:
        self._note(made.candidate, FindingKind.UNFIT, reason, detail)

    def _note(
        self, candidate: Candidate, kind: FindingKind, reason: str, detail: str = ""
    ) -> None:
        kept_under = self.tally.note_finding(kind, reason[:300])
        if kept_under is None:
            return
        found = Found(
            subscriber_id=candidate.subscriber_id,
            address=candidate.address,
            kind=kind,
            reason=kept_under,
            detail=(detail or ("" if kept_under == reason else reason))[:300],
        )
        self._found.append(found)


def _compiled(rehearsal: Rehearsal, issue: Issue) -> VersionLetter:
    content = content_from_json(rehearsal.content)
    signer = current_signer(content.sender_address)
    with translation.override(content.language):
        return letter_of(content, issue.newsletter.readership, signer=signer)


def _personal_parts(letter: VersionLetter) -> Mapping[str, Personal]:
    """Return what an editor wrote to be filled in, each once.

    A condition is left out: whoever writes one means it to be empty for some.
    """
    compiled = letter.compiled
    pieces = (*compiled.subject, *compiled.html, *compiled.text)
    return {
        piece.source: piece
        for piece in pieces
        if not isinstance(piece, str) and piece.source.startswith("{{")
    }


def _refused(candidate: Candidate, refusal: str) -> tuple[str, str]:
    """Return why the relay could not take an address, and in the detail its words."""
    if not candidate.address.rpartition("@")[0].isascii():
        return reasons.NOT_LATIN, refusal
    return refusal, ""


def _grouped(why: LetterUnfit) -> tuple[str, str]:
    """Return the reason, and in the detail what is different for everybody."""
    if isinstance(why.__cause__, ReaderUnfit):
        return reasons.PERSONAL_PART, str(why)
    return str(why), ""


def _recipient(candidate: Candidate) -> Recipient:
    return Recipient(
        delivery_id=candidate.subscription_id,
        address=candidate.address,
        address_key=candidate.address_key,
        person_ref=str(candidate.subscriber_id),
    )
