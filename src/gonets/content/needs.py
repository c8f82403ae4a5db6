"""What a connector needs to be told: checked, kept with its secrets sealed, opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gonets.content.connectors.base import Need, NeedKind
from gonets.content.errors import SourceUnreadable
from gonets.content.states import FetchFailure
from gonets.kernel.sealing import CannotUnseal, seal, unseal

PURPOSE = "source-settings"


def kept_settings(
    needs: Iterable[Need], answers: Mapping[str, Any], *, before: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is stored of the answers; an empty secret leaves the one kept."""
    kept: dict[str, Any] = {}
    for need in needs:
        answer = answers.get(need.name, need.initial)
        if need.kind != NeedKind.SECRET:
            kept[need.name] = answer
        elif answer:
            kept[need.name] = seal(PURPOSE, str(answer).encode())
        elif before.get(need.name):
            kept[need.name] = before[need.name]
    return kept


def opened_settings(needs: Iterable[Need], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers as a connector gets them; those not given as initially.

    :raises SourceUnreadable: if a secret cannot be opened, or a required answer is
        missing.
    """
    opened: dict[str, Any] = {**kept}
    for need in needs:
        answer = kept.get(need.name, need.initial)
        if need.kind == NeedKind.SECRET and answer:
            answer = _opened(str(answer))
        if need.is_required and answer in ("", None):
            raise SourceUnreadable(FetchFailure.SETTINGS_MISSING, need.name)
        opened[need.name] = answer
    return opened


def _opened(sealed: str) -> str:
    try:
        return unseal(PURPOSE, sealed).decode()
    except CannotUnseal as error:
        raise SourceUnreadable(FetchFailure.SECRET_LOST, str(error)) from error
