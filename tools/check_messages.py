"""Compare every catalogue with the captions in the source; name what differs.

Python is read by Babel, templates by Django's own ``templatize``, so no gettext is
needed.  Exits 1 if a caption has no translation, a translation has no caption, or
placeholders differ.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).parent.parent / "src" / "gonets"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Caption = tuple[str, str]  # context ("" for none), text


def captions() -> dict[Caption, str]:
    """Return every caption of the source with the file that it was seen in."""
    found: dict[Caption, str] = {}
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in {".py", ".html", ".txt", ".mjml"} and path.is_file():
            for caption in _captions_in(path):
                found.setdefault(caption, str(path.relative_to(SOURCE)))
    return found


def _captions_in(path: Path) -> Iterator[Caption]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        blanked = templatize(text, origin=str(path))
        # What is left of the markup must not look like badly indented Python.
        text = "\n".join(line.lstrip() for line in blanked.splitlines())
    lines = BytesIO(text.encode())
    options = {"encoding": "utf-8"}
    for _line, message, _notes, context in extract(
        "python", lines, KEYWORDS, (), options
    ):
        singular = message if isinstance(message, str) else message[0]
        if singular:
            yield (context or "", singular)


def faults_of(catalogue: polib.POFile, known: dict[Caption, str]) -> Iterator[str]:
    entries = {(e.msgctxt or "", e.msgid): e for e in catalogue if not e.obsolete}
    for caption in sorted(known.keys() - entries.keys()):
        yield f"not translated: {caption[1]!r} ({known[caption]})"
    for caption in sorted(entries.keys() - known.keys()):
        yield f"no such caption any more: {caption[1]!r}"
    for entry in entries.values():
        yield from _faults_of_entry(entry)


def _faults_of_entry(entry: polib.POEntry) -> Iterator[str]:
    texts = list(entry.msgstr_plural.values()) or [entry.msgstr]
    if not all(texts) or entry.fuzzy:
        yield f"empty or fuzzy: {entry.msgid!r}"
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    for text in texts:
        if set(PLACEHOLDER.findall(text)) - wanted:
            yield f"placeholders differ: {entry.msgid!r}"


def main() -> int:
    settings.configure()
    known = captions()
    faults = [
        f"{path.parent.parent.name}: {fault}"
        for path in sorted(SOURCE.glob("locale/*/LC_MESSAGES/*.po"))
        for fault in faults_of(polib.pofile(str(path)), known)
    ]
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
