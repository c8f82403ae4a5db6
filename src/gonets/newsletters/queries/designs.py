"""Which designs there are, and who uses them."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.letters.gallery import DESIGNS


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignChoice:
    """A design as it is chosen; ``name`` is what newsletters and issues store."""

    name: str
    title: str
    description: str
    is_own: bool = False


def design_choices() -> list[DesignChoice]:
    """Return every design, those that come with the product first."""
    return [
        DesignChoice(
            name=design.name,
            title=str(design.title),
            description=str(design.description),
        )
        for design in DESIGNS.values()
    ]


def is_design(name: str) -> bool:
    return any(choice.name == name for choice in design_choices())
