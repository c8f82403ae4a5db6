"""The tree of sections as nested branches, for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gonets.content.models import Section
from gonets.content.queries import SectionNode


@dataclass(slots=True)
class Branch:
    """A section with what is below it; ``count`` includes all of that."""

    section: Section
    count: int = 0
    below: list[Branch] = field(default_factory=list)


def nested(
    nodes: Iterable[SectionNode], counts: Mapping[int, int] | None = None
) -> list[Branch]:
    """Return the top branches of nodes that come depth-first.

    ``counts`` are each section's own; they are added up towards the top.
    """
    top: list[Branch] = []
    path: list[Branch] = []
    for node in nodes:
        branch = Branch(section=node.section)
        del path[node.depth :]
        (path[-1].below if path else top).append(branch)
        path.append(branch)
        own = (counts or {}).get(node.section.pk, 0)
        for above in path:
            above.count += own
    return top
