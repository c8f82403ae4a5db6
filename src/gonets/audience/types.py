"""What changes to the audience are made of, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gonets.audience.states import ConsentKind
from gonets.kernel.addresses import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How we know that a person wants the letters, and who recorded it."""

    kind: ConsentKind
    text: str
    recorded_by_id: int | None = None
    source_import_id: int | None = None

    @property
    def is_missing(self) -> bool:
        """What an editor enters needs a source; a reader's own click is one."""
        return self.kind == ConsentKind.EDITOR and not self.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody as a form or a line of a file spells them."""

    address: str
    name: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpRequest:
    """What a public form says; ``network`` is the address it was sent from."""

    address: str
    name: str = ""
    page: str = ""
    words: str = ""
    language: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody who is not here yet; ``line`` is where a file names them."""

    address: Address
    name: str
    line: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
