"""The demo: a believable small town's site with its readers and two newsletters.

``content/`` holds what editors would have written, one file per section and language;
``painting`` makes the pictures; ``building`` puts everything in through the actions
that people's own clicks use.
"""
