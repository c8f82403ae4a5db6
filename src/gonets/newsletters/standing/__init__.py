"""Issues that come about by themselves: when they are due, what they collect.

A newsletter has a rhythm, and a standing draft that collects until its next date.
"""
