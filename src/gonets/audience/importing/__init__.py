"""From a file of people, however it was made, to subscribers and a report.

``encodings`` and ``records`` read it, ``reading`` guesses what is where, ``actions``
take a file in and start it, ``portions`` write it bit by bit.
"""
