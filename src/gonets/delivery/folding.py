"""What a folded run remembers of an address: how it ended, nothing about who it was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gonets.delivery.models import Delivery
from gonets.delivery.states import DeliveryStatus

MOST_ENDINGS = 200
"""Different ones per run; the rarest lose the answer's words and are added up."""

_LONGEST_ANSWER = 200
_ADDRESS = re.compile(r"<?[^\s<>:;,\"]+@[^\s<>:;,\"]+>?")
# What a relay makes up for one letter or one visitor: queue ids, hosts, times.
_OF_ONE_LETTER = re.compile(r"[^\s\"'(),;:<>\[\]=]*\d[^\s\"'(),;:<>\[\]=]*")
_ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a delivery ended; those with equal endings are one line of the totals."""

    status: str
    resolution: str
    letter_ref: str
    stage: str
    code: int
    enhanced_code: str
    answer: str


def ending_of(delivery: Delivery) -> Ending:
    """Return what is to be remembered.  Acceptances differ in nothing that matters."""
    is_accepted = delivery.status == DeliveryStatus.ACCEPTED
    return Ending(
        status=delivery.status,
        resolution=delivery.resolution,
        letter_ref=delivery.letter_ref,
        stage=delivery.stage,
        code=delivery.code,
        enhanced_code=delivery.enhanced_code,
        answer="" if is_accepted else general_answer(delivery.answer),
    )


def general_answer(answer: str) -> str:
    """Return the answer without what is about one address or one letter only."""
    text = _ADDRESS.sub("<…>", answer)
    text = _OF_ONE_LETTER.sub(_kept_if_it_is_a_code, text)
    return " ".join(text.split())[:_LONGEST_ANSWER]


def summed_up(endings: Counter[Ending]) -> Counter[Ending]:
    """Return at most ``MOST_ENDINGS`` and a few: the rarest without their words."""
    kept = Counter(dict(endings.most_common(MOST_ENDINGS)))
    rare: Iterable[Ending] = endings.keys() - kept.keys()
    for ending in rare:
        kept[replace(ending, answer="")] += endings[ending]
    return kept


def _kept_if_it_is_a_code(found: re.Match[str]) -> str:
    word = found[0]
    is_code = _ENHANCED_CODE.fullmatch(word) or (word.isdigit() and len(word) == 3)
    return word if is_code else "…"
