"""The tables of the plug-in: none but its permission."""
