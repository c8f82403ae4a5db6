"""Mail to those who set things up: a source has failed for long, or is well again."""
