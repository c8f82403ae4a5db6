"""What tests of the audience share: a stop port that remembers."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from gonets.audience import ports


class RecordingStops:
    """A stop port that keeps what it was told."""

    def __init__(self) -> None:
        self.stopped: set[tuple[str, str]] = set()
        self.erased: list[str] = []

    def stop(self, *, scope: str, address_key: str) -> None:
        self.stopped.add((scope, address_key))

    def lift(self, *, scope: str, address_keys: Collection[str]) -> None:
        self.stopped -= {(scope, key) for key in address_keys}

    def erase(self, *, address_key: str) -> None:
        self.erased.append(address_key)


@pytest.fixture(autouse=True)
def stops(monkeypatch: pytest.MonkeyPatch) -> RecordingStops:
    recording = RecordingStops()
    monkeypatch.setattr(ports, "_registered", [recording])
    return recording
