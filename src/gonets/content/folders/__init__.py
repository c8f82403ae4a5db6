"""Folders of Markdown with front matter, as site generators keep them."""
