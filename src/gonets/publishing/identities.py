"""The names that letters carry: which wording it is, and which letter to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from gonets.kernel import tokens
from gonets.kernel.addresses import canonical_address
from gonets.newsletters.models import IssueVersion


def letter_ref(version: IssueVersion, *, selector: str = "") -> str:
    """Return how the engine names this version, signed with the key of ``selector``.

    It names the wording too, so that a database restored from a backup never gives two
    letters one Message-ID.
    """
    wording = f"{version.pk}-{version.sha256[:16]}"
    return f"{wording}-{selector}" if selector else wording


def version_id(letter_ref: str) -> int:
    """Return which version ``letter_ref`` names."""
    return int(letter_ref.partition("-")[0])


class VersionNumbers(Mapping[str, int]):
    """The numbers of versions by how the engine names them, signed or not."""

    def __init__(self, versions: Iterable[IssueVersion]) -> None:
        self._numbers = {letter_ref(version): version.number for version in versions}

    def __getitem__(self, ref: str) -> int:
        return self._numbers["-".join(ref.split("-", 2)[:2])]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def selector_of(letter_ref: str) -> str:
    """Return with which key the letter is signed; "" for none."""
    _version, _, rest = letter_ref.partition("-")
    return rest.partition("-")[2]


def message_id(*parts: str, sender: str) -> str:
    """Return the Message-ID made of these parts, the same for the same parts."""
    return MessageIds(*parts[:-1], sender=sender).of([parts[-1]])[0]


class MessageIds:
    """Makes Message-IDs whose parts differ only in the last one.

    Before the @ stands an HMAC only: counts of runs and people are nobody's business.
    """

    def __init__(self, *parts: str, sender: str) -> None:
        self._signer = tokens.Signer("message-id", *parts)
        self._end = f"@{_domain_of(sender)}>"

    def of(self, lasts: Sequence[str]) -> list[str]:
        """Return one for each of ``lasts``."""
        end = self._end
        return [f"<{signature}{end}" for signature in self._signer.signatures(lasts)]


@lru_cache(maxsize=64)
def _domain_of(sender: str) -> str:
    """Return the domain as A-labels; it takes as long as thirty Message-IDs."""
    return canonical_address(sender).rpartition("@")[2]
