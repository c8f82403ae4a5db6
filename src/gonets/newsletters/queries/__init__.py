"""All reads of newsletters, issues, candidates and letters."""

from gonets.newsletters.queries.brands import brand_of, brand_settings
from gonets.newsletters.queries.candidates import candidates, gathering_start, rule_of
from gonets.newsletters.queries.composition import issue_parts
from gonets.newsletters.queries.designs import (
    design_choices,
    is_design,
    newsletters_with,
    open_issues_with,
)
from gonets.newsletters.queries.issues import (
    drafts_of,
    held_materials,
    newsletter_rows,
)
from gonets.newsletters.queries.joining import newsletters_to_join
from gonets.newsletters.queries.letters import (
    bodies_kept,
    event_entry,
    letter_content,
)
from gonets.newsletters.queries.own_texts import text_part
from gonets.newsletters.queries.picking import picker, picker_rows, uses_of
from gonets.newsletters.queries.privacy import (
    is_let_into,
    may_go_into,
    private_sources_of,
    sources_with_private,
)
from gonets.newsletters.queries.refreshing import compared_entries, offered_materials
from gonets.newsletters.queries.shelf import shelf

__all__ = [
    "bodies_kept",
    "brand_of",
    "brand_settings",
    "candidates",
    "compared_entries",
    "design_choices",
    "drafts_of",
    "event_entry",
    "gathering_start",
    "held_materials",
    "is_design",
    "is_let_into",
    "issue_parts",
    "letter_content",
    "may_go_into",
    "newsletter_rows",
    "newsletters_to_join",
    "newsletters_with",
    "offered_materials",
    "open_issues_with",
    "picker",
    "picker_rows",
    "private_sources_of",
    "rule_of",
    "shelf",
    "sources_with_private",
    "text_part",
    "uses_of",
]
