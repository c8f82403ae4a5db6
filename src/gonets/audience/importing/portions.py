"""Writing a file's people, a portion of lines in one short transaction.

The cursor moves in the same transaction, by an UPDATE that names where it was: whoever
else imports the same file, or did before a crash, no line is written twice or lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from gonets.audience.enrolment import create_people, enrol
from gonets.audience.erasures import erased_among
from gonets.audience.errors import BadField, BadName, ImportGone
from gonets.audience.fields import clean_values
from gonets.audience.importing.reading import person_of
from gonets.audience.importing.records import Record, shown
from gonets.audience.models import (
    Consent,
    ImportRefusal,
    Readership,
    Subscriber,
    SubscriberImport,
)
from gonets.audience.names import clean_name, search_text
from gonets.audience.queries import known_fields, suppressed_among
from gonets.audience.states import (
    MERGED_LINES,
    ConsentKind,
    ImportState,
    LineFault,
    SubscriptionState,
)
from gonets.audience.types import Evidence, Newcomer
from gonets.kernel.addresses import BadAddress, parse_address

UNREADABLE = "\ufffd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A line that names somebody."""

    record: Record
    newcomer: Newcomer


@dataclass(slots=True, kw_only=True)
class Portion:
    """What a few lines come to; filled while they are compared with who is here."""

    order: SubscriberImport
    readerships: Sequence[Readership]
    field_columns: Mapping[int, str]
    candidates: dict[str, Candidate] = field(default_factory=dict)
    refusals: list[ImportRefusal] = field(default_factory=list)
    new: list[Candidate] = field(default_factory=list)
    joining: list[tuple[Subscriber, Candidate]] = field(default_factory=list)
    described: list[Subscriber] = field(default_factory=list)

    def refuse(self, record: Record, fault: LineFault, detail: str = "") -> None:
        self.refusals.append(
            ImportRefusal(
                of_import=self.order,
                line=record.first_line,
                text=record.text,
                fault=fault,
                detail=shown(detail),
            )
        )


def write_portion(
    order: SubscriberImport, records: Iterable[Record], *, cursor: int
) -> None:
    """Write these records and move ``order.cursor`` there, or raise and do neither.

    :raises ImportGone: if the import was stopped, or somebody else went on with it.
    """
    portion = Portion(
        order=order,
        readerships=list(order.readerships.all()),
        field_columns=_field_columns(order),
    )
    for record in records:
        if not record.is_blank:
            _examine(portion, record)
    with transaction.atomic():
        _move_cursor(order, cursor)
        _compare(portion)
        _write_people(portion)
        ImportRefusal.objects.bulk_create(portion.refusals)
        _count(portion)
    order.cursor = cursor


def _examine(portion: Portion, record: Record) -> None:
    """Sort out what can be told from the line alone."""
    if record.fault is not None:
        portion.refuse(record, record.fault)
        return
    person = person_of(
        record,
        address_column=portion.order.address_column,
        name_column=portion.order.name_column,
        field_columns=portion.field_columns,
    )
    if UNREADABLE in "".join((person.address, person.name, *person.fields.values())):
        portion.refuse(record, LineFault.UNREADABLE)
        return
    if not person.address:
        portion.refuse(record, LineFault.NO_ADDRESS)
        return
    try:
        newcomer = Newcomer(
            address=parse_address(person.address),
            name=clean_name(person.name),
            fields=clean_values(person.fields, known=person.fields),
            line=record.first_line,
        )
    except BadAddress:
        portion.refuse(record, LineFault.BAD_ADDRESS, person.address)
    except BadName:
        portion.refuse(record, LineFault.BAD_NAME)
    except BadField:
        portion.refuse(record, LineFault.LONG_VALUE)
    else:
        _enlist(portion, Candidate(record=record, newcomer=newcomer))


def _field_columns(order: SubscriberImport) -> dict[int, str]:
    """Return which field each column is; one that was removed meanwhile is none."""
    if not order.field_columns:
        return {}
    known = known_fields()
    columns = order.field_columns.items()
    return {int(column): name for column, name in columns if name in known}


def _enlist(portion: Portion, candidate: Candidate) -> None:
    first = portion.candidates.setdefault(candidate.newcomer.address.key, candidate)
    if first is not candidate:
        line = str(first.record.first_line)
        portion.refuse(candidate.record, LineFault.REPEATED, line)


def _move_cursor(order: SubscriberImport, cursor: int) -> None:
    moved = SubscriberImport.objects.filter(
        pk=order.pk, state=ImportState.RUNNING, cursor=order.cursor
    ).update(cursor=cursor)
    if not moved:
        raise ImportGone("This import was stopped or is done elsewhere.")


def _compare(portion: Portion) -> None:
    """Sort out what depends on who is here; people may have changed meanwhile."""
    keys = list(portion.candidates)
    suppressed, erased = suppressed_among(keys), erased_among(keys)
    # Locked: what somebody enters this very moment must not be written over.
    here = Subscriber.objects.select_for_update().filter(address_key__in=keys)
    known = {
        person.address_key: person
        for person in here.order_by("pk").prefetch_related("subscriptions")
    }
    earlier = _lines_of_this_import(portion.order, known.values())
    for key, candidate in portion.candidates.items():
        if key in suppressed:
            portion.refuse(candidate.record, LineFault.SUPPRESSED)
        elif key in known:
            _compare_known(portion, candidate, known[key], earlier)
        elif key in erased:
            portion.refuse(candidate.record, LineFault.ERASED)
        else:
            portion.new.append(candidate)


def _compare_known(
    portion: Portion,
    candidate: Candidate,
    person: Subscriber,
    earlier: Mapping[int, int],
) -> None:
    if _describe(person, candidate.newcomer, replaces=portion.order.replaces_fields):
        portion.described.append(person)
    states = {one.readership_id: one.state for one in person.subscriptions.all()}
    wanted = [states.get(readership.pk) for readership in portion.readerships]
    if any(state in (None, SubscriptionState.PENDING) for state in wanted):
        portion.joining.append((person, candidate))
    if SubscriptionState.UNSUBSCRIBED in wanted:
        portion.refuse(candidate.record, LineFault.UNSUBSCRIBED)
    elif all(state == SubscriptionState.CONFIRMED for state in wanted):
        _merge(portion, candidate, earlier.get(person.pk))


def _merge(portion: Portion, candidate: Candidate, line: int | None) -> None:
    if line is None:
        portion.refuse(candidate.record, LineFault.SUBSCRIBED)
    else:
        portion.refuse(candidate.record, LineFault.REPEATED, str(line))


def _describe(person: Subscriber, newcomer: Newcomer, *, replaces: bool) -> bool:
    """Add what was not known of a person; tell whether that was anything."""
    known = dict(person.fields)
    fields = {**known, **newcomer.fields} if replaces else {**newcomer.fields, **known}
    gets_name = bool(newcomer.name and not person.name)
    if gets_name:
        _give_name(person, newcomer.name)
    person.fields = fields
    return gets_name or fields != known


def _give_name(person: Subscriber, name: str) -> None:
    person.name = name
    person.search_text = search_text(
        name=name, address=person.address, address_key=person.address_key
    )


def _lines_of_this_import(
    order: SubscriberImport, people: Collection[Subscriber]
) -> dict[int, int]:
    """Return on which line of this file each of these people came in."""
    rows = Consent.objects.filter(
        source_import=order,
        subscription__subscriber_id__in=[person.pk for person in people],
    ).values_list("subscription__subscriber_id", "source_line")
    return {person: line for person, line in rows if line is not None}


def _write_people(portion: Portion) -> None:
    order = portion.order
    created = create_people([candidate.newcomer for candidate in portion.new])
    Subscriber.objects.bulk_update(portion.described, ["name", "search_text", "fields"])
    joining = [*zip(created, portion.new, strict=True), *portion.joining]
    enrol(
        [person for person, _candidate in joining],
        readerships=portion.readerships,
        evidence=Evidence(
            kind=ConsentKind.IMPORT,
            text=order.consent_source,
            recorded_by_id=order.created_by_id,
            source_import_id=order.pk,
        ),
        lines={person.pk: candidate.newcomer.line for person, candidate in joining},
    )


def _count(portion: Portion) -> None:
    merged = sum(one.fault in MERGED_LINES for one in portion.refusals)
    SubscriberImport.objects.filter(pk=portion.order.pk).update(
        added=F("added") + len(portion.new),
        subscribed=F("subscribed") + len(portion.joining),
        merged=F("merged") + merged,
        refused=F("refused") + len(portion.refusals) - merged,
    )
