"""The list of newsletters, planned and sent issues; making and editing newsletters."""
