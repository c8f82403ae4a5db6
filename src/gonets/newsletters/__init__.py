"""What editors make: newsletters, issues, entries, versions."""
