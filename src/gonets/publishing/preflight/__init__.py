"""Everything that is looked at before an issue goes out, and what was sent in spite."""
