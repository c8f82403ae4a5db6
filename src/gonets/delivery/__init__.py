"""The engine: runs, deliveries, the ledger, relays; knows no issues and no people."""
