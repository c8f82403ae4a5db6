"""Code that speaks to relays; one file per protocol."""
