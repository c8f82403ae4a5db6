"""HTML set as plain text: paragraphs, lists, quotations, tables, numbered links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gonets.letters.personalising import clean_line
from gonets.letters.text_layout import WIDTH, padded, prefixed, width_of, wrapped
from gonets.letters.text_trees import Node, tree_of

BULLET = "• "
DIVIDER = "* * *"
GAP = "  "  # between columns
NARROWEST = 20
"""Columns that are left for words, however deep lists and quotations go."""

HEADINGS = {"h1": "=", "h2": "-", "h3": "-", "h4": "-", "h5": "", "h6": ""}

Lines = list[str]


class Notes:
    """Numbers links through a letter; each is told right below where it stands."""

    def __init__(self) -> None:
        self._last = 0
        self._new: dict[str, int] = {}

    def number_of(self, address: str) -> int:
        if address not in self._new:
            self._last += 1
            self._new[address] = self._last
        return self._new[address]

    def told(self) -> Lines:
        """Return the addresses that have been numbered since this was asked last."""
        lines = [f"[{number}] {address}" for address, number in self._new.items()]
        self._new = {}
        return lines


def text_of_html(clean_html: str, notes: Notes) -> str:
    """Return clean HTML as wrapped text, the addresses of its links below it."""
    setter = _Setter(notes)
    lines = setter.block(tree_of(clean_html), WIDTH)
    told = notes.told()
    blocks = ("\n".join(each).strip("\n") for each in (lines, told))
    return "\n\n".join(filter(None, blocks))


class _Setter:
    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def block(self, node: Node, width: int, *, is_tight: bool = False) -> Lines:
        """Set a block, an empty line between its parts unless ``is_tight``."""
        lines: Lines = []
        for part in self._parts(node, max(width, NARROWEST)):
            if lines and part and not is_tight:
                lines.append("")
            lines += part
        return lines

    def _parts(self, node: Node, width: int) -> Iterator[Lines]:
        run: list[Node | str] = []
        for child in node.children:
            if isinstance(child, str) or child.is_inline:
                run.append(child)
                continue
            yield self._paragraph(run, width)
            run = []
            yield self._element(child, width)
        yield self._paragraph(run, width)

    def _element(self, node: Node, width: int) -> Lines:
        match node.tag:
            case "ul" | "ol":
                return self._list(node, width)
            case "blockquote":
                return prefixed(self.block(node, width - 2), "> ", "> ")
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                return self._heading(node, width)
            case "hr":
                return [DIVIDER]
            case "pre":
                lines = [line.rstrip() for line in node.words.split("\n")]
                return lines if any(lines) else []
            case "table":
                return self._table(node, width)
            case _:
                return self.block(node, width)

    def _heading(self, node: Node, width: int) -> Lines:
        lines = self.block(node, width, is_tight=True)
        widest = max(map(width_of, lines), default=0)
        line = HEADINGS[node.tag] * min(widest, width)
        return [*lines, line] if line else lines

    def _list(self, node: Node, width: int) -> Lines:
        lines: Lines = []
        number = _start_of(node)
        for item in node.children:
            if isinstance(item, str):
                continue
            # What is no item, such as a list right in a list, has no mark.
            mark = GAP
            if item.tag == "li":
                mark = BULLET if node.tag == "ul" else f"{number}. "
                number += 1
            holder = item if item.tag == "li" else Node("li", children=[item])
            inner = self.block(holder, width - len(mark), is_tight=True)
            lines += prefixed(inner, mark, " " * len(mark))
        return lines

    def _table(self, table: Node, width: int) -> Lines:
        rows = [
            [cell for cell in row.all("td", "th") if cell.children]
            for row in table.all("tr")
        ]
        rows = [row for row in rows if row]
        captions = [self.block(each, width) for each in table.all("caption")]
        if _is_layout(table, rows):
            parts = [self.block(cell, width) for row in rows for cell in row]
            return _apart([*captions, *parts])
        cells = [[self._line(cell.children) for cell in row] for row in rows]
        return _apart([*captions, _columned(cells, width) or _recorded(cells, width)])

    def _paragraph(self, run: list[Node | str], width: int) -> Lines:
        """Set what stands on lines; one that is nothing but a link is told below it."""
        lines: Lines = []
        for piece in _split_at_breaks(run):
            links = [
                each for each in piece if isinstance(each, Node) and _is_link(each)
            ]
            others = [
                each
                for each in piece
                if not (isinstance(each, str) and not each.strip())
                and each not in links
            ]
            if len(links) == 1 and not others:
                lines += self._lone_link(links[0], width)
            else:
                lines += wrapped(self._line(piece), width=width)
        return lines

    def _lone_link(self, link: Node, width: int) -> Lines:
        shown, address = self._line(link.children), _address_of(link)
        if not shown or _is_shown(address, shown):
            return [address]
        return [*wrapped(shown, width=width), address]

    def _line(self, run: Iterable[Node | str]) -> str:
        return clean_line("".join(self._inline(each) for each in run)).replace(
            "\N{SOFT HYPHEN}", ""
        )

    def _inline(self, node: Node | str) -> str:
        if isinstance(node, str):
            return node
        if node.tag == "br":
            return " "
        if node.tag == "img":
            alt = clean_line(node.attributes.get("alt", ""))
            return f"[{alt}]" if alt else ""
        words = "".join(self._inline(child) for child in node.children)
        return self._linked(words, node) if _is_link(node) else words

    def _linked(self, words: str, link: Node) -> str:
        shown, address = words.strip(), _address_of(link)
        if not shown or _is_shown(address, shown):
            return f" {address} " if not shown else words
        if link.attributes["href"].startswith("mailto:"):
            return f"{words} ({address})"
        return f"{words.rstrip()} [{self._notes.number_of(address)}]"


def _is_link(node: Node) -> bool:
    return node.tag == "a" and bool(node.attributes.get("href"))


def _address_of(link: Node) -> str:
    return clean_line(link.attributes["href"]).removeprefix("mailto:")


def _is_shown(address: str, words: str) -> bool:
    """Tell whether the words are the address, as people write addresses."""
    plain = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    return words.rstrip("/") in {address.rstrip("/"), plain}


def _split_at_breaks(run: list[Node | str]) -> Iterator[list[Node | str]]:
    piece: list[Node | str] = []
    for each in run:
        if isinstance(each, Node) and each.tag == "br":
            yield piece
            piece = []
        else:
            piece.append(each)
    yield piece


def _start_of(node: Node) -> int:
    start = node.attributes.get("start", "")
    is_number = start.isascii() and start.isdigit() and len(start) < 6
    return int(start) if is_number else 1


def _is_layout(table: Node, rows: list[list[Node]]) -> bool:
    """Tell whether the table only places things: most in letters do."""
    if table.attributes.get("role") == "presentation":
        return True
    is_single = all(len(row) < 2 for row in rows)
    blocks = ("table", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "pre")
    return is_single or any(
        any(cell.all(*blocks)) or len(list(cell.all("p", "div"))) > 1
        for row in rows
        for cell in row
    )


def _columned(rows: list[list[str]], width: int) -> Lines:
    """Return the table in columns; nothing if it is too wide for that."""
    count = max(map(len, rows), default=0)
    filled = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max(map(width_of, column)) for column in zip(*filled, strict=True)]
    if sum(widths) + len(GAP) * (count - 1) > width:
        return []
    return [
        GAP.join(padded(*cell) for cell in zip(row, widths, strict=True)).rstrip()
        for row in filled
    ]


def _recorded(rows: list[list[str]], width: int) -> Lines:
    """Return each row of a wide table as lines of its own, named by the first row."""
    names, *records = rows
    if not records:
        return [line for cell in names for line in wrapped(cell, width=width)]
    return _apart([list(_record(names, row, width)) for row in records])


def _record(names: list[str], row: list[str], width: int) -> Iterator[str]:
    for place, cell in enumerate(row):
        name = names[place] if place < len(names) else ""
        text = f"{name}: {cell}" if name and cell else cell
        yield from wrapped(text, width=width, rest=GAP)


def _apart(parts: list[Lines]) -> Lines:
    lines: Lines = []
    for part in filter(None, parts):
        lines += ["", *part] if lines else part
    return lines
