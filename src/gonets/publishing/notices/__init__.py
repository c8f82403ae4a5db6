"""Mail to the editors of a newsletter: what came about without them and wants them.

A notice depends on no run and never goes to subscribers.
"""
