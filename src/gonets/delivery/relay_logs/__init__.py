"""What relays write down about letters; adding a kind of log is adding one file.

A module here is named after its kind and has ``open_log``, as ``base.OpenLog`` says.
"""
