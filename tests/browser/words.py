"""Words of the wrong language on a page: English in Russian, Russian in English."""

from __future__ import annotations

import re

from playwright.sync_api import Page

NAMES = re.compile(
    r"\S+@\S+|https?://\S*|\w+/\w+|\S*\.(?:example|ru|csv|eml|html|mhtml|zip)\b\S*"
)
"""Addresses, files and time zones are called the same everywhere."""

LETTERS = {"ru": re.compile(r"[A-Za-z]{2,}"), "en": re.compile(r"[А-Яа-яЁё]{2,}")}

KEYS = ("Ok", "Alt", "Ctrl", "Shift", "Enter", "Space", "Delete")
PROTOCOLS = (
    "SMTP",
    "Message",
    "ID",
    "CSV",
    "RSS",
    "Atom",
    "HTML",
    "CSS",
    "STARTTLS",
    "TLS",
    "DKIM",
    "DNS",
    "URL",
    "MJML",
    "MiniJinja",
    "Markdown",
    "OPML",
)
FILES = ("UTF", "KOI", "PNG", "JPEG", "GIF", "WebP", "XLSX", "ODS", "KB", "MB")
PROGRAMS = (
    "Gonets",
    "Windows",
    "Excel",
    "LibreOffice",
    "Gmail",
    "Postfix",
    "Outlook",
    "Telegram",
    "WordPress",
    "Ghost",
    "Drupal",
    "Wagtail",
)
OF_EXAMPLES = ("admin", "name", "subscriber", "default")
SAME_IN_EVERY_LANGUAGE = {*KEYS, *PROTOCOLS, *FILES, *PROGRAMS, *OF_EXAMPLES}

VISIBLE_WORDS = """(others) => {
  const found = [];
  const foreign = (element) => element.closest(others);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (foreign(element) || !element.checkVisibility()) continue;
    found.push(walk.currentNode.data);
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (foreign(element) || !element.checkVisibility()) continue;
    for (const name of ["aria-label", "title", "placeholder"])
      found.push(element.getAttribute(name) ?? "");
  }
  return found;
}"""
OTHERS = "script, style, template, code, pre, kbd, body [lang], [translate=no]"


def foreign_words(page: Page, language: str) -> list[str]:
    """Return what the interface says in a language that is not its own."""
    texts = [NAMES.sub(" ", text) for text in page.evaluate(VISIBLE_WORDS, OTHERS)]
    return sorted(
        {
            f"{word} in “{text.strip()[:80]}”"
            for text in texts
            for word in LETTERS[language].findall(text)
            if word not in SAME_IN_EVERY_LANGUAGE
        }
    )
