"""Clean HTML as a tree, so that it can be set as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "img", "hr", "col", "wbr"}
INLINE = {
    *("a", "abbr", "b", "code", "del", "em", "font", "i", "img", "ins", "mark"),
    *("s", "small", "span", "strong", "sub", "sup", "u", "br", "wbr"),
}

DEEPEST = 60
"""What stands deeper is taken as if it stood here: only hostile HTML goes there."""


@dataclass(slots=True, eq=False)
class Node:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    @property
    def is_inline(self) -> bool:
        """Whether it stands within a line; one with a block in it does not."""
        return self.tag in INLINE and all(
            isinstance(child, str) or child.is_inline for child in self.children
        )

    def all(self, *tags: str) -> Iterator[Node]:
        """Yield the elements of these kinds below this one, not those inside them."""
        for child in self.children:
            if isinstance(child, str):
                continue
            if child.tag in tags:
                yield child
            else:
                yield from child.all(*tags)

    @property
    def words(self) -> str:
        return "".join(
            child if isinstance(child, str) else child.words for child in self.children
        )


def tree_of(clean_html: str) -> Node:
    """Return the tree of what a cleaner of ``kernel.html`` returned."""
    reader = _Reader()
    reader.feed(clean_html)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("body")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID and len(self._open) < DEEPEST:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        tags = [node.tag for node in self._open]
        if tag in tags[1:]:
            place = len(tags) - 1 - tags[::-1].index(tag)
            del self._open[max(place, 1) :]

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)
