"""Template tags of the plug-in."""
