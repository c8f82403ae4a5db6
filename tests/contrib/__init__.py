"""Tests of the plug-ins, each in its host's own process."""
