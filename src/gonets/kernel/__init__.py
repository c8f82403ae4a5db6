"""What every layer may use: addresses, clock, tokens, safe HTTP and HTML; no models."""
