"""A dry run of a whole issue: letters are made by the code that sends, and dropped.

``portions`` looks at people, ``making`` makes their letters, ``tallies``, ``doubts``
and ``forecasts`` decide, ``carrying`` is the work from claim to end, ``reports`` reads.
"""
