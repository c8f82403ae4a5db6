"""Taking a file in, choosing how to read it, starting, stopping, going on."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gonets.audience.actions.fields import ensure_fields
from gonets.audience.errors import EvidenceMissing, ImportGone, ImportRefused
from gonets.audience.importing.encodings import ENCODINGS, detect_encoding
from gonets.audience.importing.portions import write_portion
from gonets.audience.importing.reading import DELIMITERS, guess_reading
from gonets.audience.importing.records import Record, open_lines, read_records
from gonets.audience.importing.spreadsheets import is_spreadsheet, write_as_csv
from gonets.audience.models import Readership, SubscriberImport
from gonets.audience.states import UNFINISHED_IMPORTS, ImportState
from gonets.kernel import clock

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_LINES = 1_000_000
PORTION_RECORDS = 50
"""So many are written in well under 50 ms, the longest SQLite may be held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person decides before an import.

    ``field_columns`` names the fields that other columns become, by their labels or
    names; ``replaces_fields``: of people who are here already, too.
    """

    address_column: int
    name_column: int | None
    readership_ids: Collection[int]
    consent_source: str
    field_columns: Mapping[int, str] = field(default_factory=dict)
    replaces_fields: bool = False


def receive_file(
    file: BinaryIO, *, file_name: str, size: int, user_id: int | None
) -> SubscriberImport:
    """Keep the file in the data folder and guess how to read it.

    :raises ImportRefused: if it is too large, empty, or not a table.
    """
    if size > MAX_FILE_BYTES:
        raise ImportRefused(
            _("The file is larger than %(limit)d MB. Split it into several.")
            % {"limit": MAX_FILE_BYTES // 1024**2}
        )
    path = _kept(file)
    try:
        encoding = detect_encoding(path)
        lines = _counted_lines(path, encoding)
        reading = guess_reading(path, encoding=encoding)
    except ImportRefused:
        path.unlink()
        raise
    return SubscriberImport.objects.create(
        stored_as=path.name,
        file_name=Path(file_name).name[:255],
        encoding=encoding,
        lines=lines,
        created_at=clock.now(),
        created_by_id=user_id,
        **asdict(reading),
    )


def read_otherwise(
    import_id: int,
    *,
    encoding: str,
    delimiter: str | None = None,
    has_header: bool | None = None,
) -> None:
    """Read the file in this encoding and guess anew whatever else is not given.

    :raises ImportGone: if the import was started or removed meanwhile.
    :raises ImportRefused: for an encoding or a delimiter that is not on offer.
    """
    order = _uploaded(import_id)
    if encoding not in ENCODINGS or delimiter not in (None, *DELIMITERS):
        raise ImportRefused(_("The file cannot be read in this way."))
    path = path_of(order)
    reading = guess_reading(
        path, encoding=encoding, delimiter=delimiter, has_header=has_header
    )
    SubscriberImport.objects.filter(pk=order.pk, state=ImportState.UPLOADED).update(
        encoding=encoding, lines=_counted_lines(path, encoding), **asdict(reading)
    )


@transaction.atomic
def start_import(import_id: int, choices: Choices) -> None:
    """Hand the file to the worker.

    :raises ImportGone: if it was started or removed meanwhile.
    :raises ImportRefused: if no newsletter was chosen, or one column for both.
    :raises EvidenceMissing: if nobody said where these people agreed.
    :raises BadField: if a field cannot be called so, or there would be too many.
    """
    _check(choices)
    started = SubscriberImport.objects.filter(
        pk=import_id, state=ImportState.UPLOADED
    ).update(
        state=ImportState.MAPPED,
        address_column=choices.address_column,
        name_column=choices.name_column,
        field_columns=_field_columns(choices),
        replaces_fields=choices.replaces_fields,
        consent_source=choices.consent_source.strip(),
        started_at=clock.now(),
    )
    if not started:
        raise _gone()
    SubscriberImport.objects.get(pk=import_id).readerships.set(
        Readership.objects.filter(pk__in=choices.readership_ids)
    )


def stop_import(import_id: int) -> None:
    """Import no further line; what is in stays.  Stopping an ended one does nothing."""
    stopped = SubscriberImport.objects.filter(
        pk=import_id, state__in=UNFINISHED_IMPORTS
    ).update(state=ImportState.STOPPED, ended_at=clock.now())
    if stopped:
        _forget_file(SubscriberImport.objects.get(pk=import_id))


def discard_import(import_id: int) -> None:
    """Remove a file that was never started.  Idempotent."""
    order = SubscriberImport.objects.filter(
        pk=import_id, state=ImportState.UPLOADED
    ).first()
    if order is not None:
        _forget_file(order)
        order.delete()


def continue_import(
    import_id: int,
    *,
    stopping: Callable[[], bool] = lambda: False,
    most_lines: int | None = None,
) -> None:
    """Import from where it stands, to the end unless told to stop.

    Safe to call from several processes: each portion is written once.
    """
    SubscriberImport.objects.filter(pk=import_id, state=ImportState.MAPPED).update(
        state=ImportState.RUNNING
    )
    order = SubscriberImport.objects.filter(
        pk=import_id, state=ImportState.RUNNING
    ).first()
    if order is None:
        return
    try:
        _write_all(order, stopping, order.cursor + (most_lines or MAX_LINES))
    except ImportGone:
        return  # Stopped by a person, or another worker is at it.
    except FileNotFoundError:
        _end(order, ImportState.FAILED, failure=FILE_GONE)


def path_of(order: SubscriberImport) -> Path:
    """Uploaded lists of people lie in the data folder, never under ``MEDIA_ROOT``."""
    return _folder() / order.stored_as


FILE_GONE = gettext_noop(
    "The uploaded file is gone from the data folder. Upload it again."
)


def _write_all(
    order: SubscriberImport, stopping: Callable[[], bool], last_line: int
) -> None:
    with open_lines(path_of(order), encoding=order.encoding) as lines:
        for _line in islice(lines, order.cursor):
            pass  # Dealt with before a pause or a crash.
        records = read_records(
            lines, delimiter=order.delimiter, lines_before=order.cursor
        )
        if order.has_header and order.cursor == 0:
            next((one for one in records if not one.is_blank), None)
        for portion in _portions(records):
            if stopping() or order.cursor >= last_line:
                return
            _write(order, portion)
    _end(order, ImportState.DONE)


def _write(order: SubscriberImport, portion: list[Record]) -> None:
    """Compare and write anew if somebody added the same person this very moment."""
    cursor = portion[-1].last_line
    try:
        write_portion(order, portion, cursor=cursor)
    except IntegrityError:
        write_portion(order, portion, cursor=cursor)


def _portions(records: Iterator[Record]) -> Iterator[list[Record]]:
    while portion := list(islice(records, PORTION_RECORDS)):
        yield portion


def _end(order: SubscriberImport, state: ImportState, *, failure: str = "") -> None:
    ended = SubscriberImport.objects.filter(
        pk=order.pk, state=ImportState.RUNNING
    ).update(state=state, failure=failure, ended_at=clock.now())
    if ended:
        _forget_file(order)


def _forget_file(order: SubscriberImport) -> None:
    """People's addresses lie about no longer than needed."""
    path_of(order).unlink(missing_ok=True)
    SubscriberImport.objects.filter(pk=order.pk).update(stored_as="")


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "imports"


def _kept(file: BinaryIO) -> Path:
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _folder() / f"{secrets.token_hex(12)}.csv"
    try:
        if is_spreadsheet(file):
            write_as_csv(file, path)
        else:
            with path.open("wb") as kept:
                shutil.copyfileobj(file, kept)
    except (ImportRefused, OSError) as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise ImportRefused(_not_kept(error)) from error
        raise
    return path


def _not_kept(error: OSError) -> str:
    return _("The file could not be saved: %(reason)s.") % {"reason": error.strerror}


def _counted_lines(path: Path, encoding: str) -> int:
    with open_lines(path, encoding=encoding) as lines:
        count = sum(1 for _line in islice(lines, MAX_LINES + 1))
    if count == 0:
        raise ImportRefused(_("The file is empty."))
    if count > MAX_LINES:
        raise ImportRefused(
            _("The file has more than %(limit)d lines. Split it into several.")
            % {"limit": MAX_LINES}
        )
    return count


def _check(choices: Choices) -> None:
    if not choices.readership_ids:
        raise ImportRefused(_("Choose at least one newsletter."))
    if choices.name_column == choices.address_column:
        raise ImportRefused(_("The e-mail and the name cannot be the same column."))
    if not choices.consent_source.strip():
        raise EvidenceMissing(
            _("Say where these people agreed to get letters, for the record.")
        )


def _field_columns(choices: Choices) -> dict[str, str]:
    """Return the names of the fields by column, made where they are new."""
    taken = (choices.address_column, choices.name_column)
    labels = {
        column: label
        for column, label in choices.field_columns.items()
        if column not in taken
    }
    names = ensure_fields(labels.values())
    columns: dict[str, str] = {}
    for column, label in labels.items():
        if names[label] in columns.values():
            raise ImportRefused(
                _("Two columns cannot be the same field, “%(field)s”.")
                % {"field": label}
            )
        columns[str(column)] = names[label]
    return columns


def _uploaded(import_id: int) -> SubscriberImport:
    order = SubscriberImport.objects.filter(
        pk=import_id, state=ImportState.UPLOADED
    ).first()
    if order is None:
        raise _gone()
    if not path_of(order).is_file():
        raise ImportGone(_(FILE_GONE))
    return order


def _gone() -> ImportGone:
    return ImportGone(_("This import was started or removed meanwhile."))
