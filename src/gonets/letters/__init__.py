"""The letter: templates, rendering, personal parts, the bytes on the wire."""
