"""The kinds of sources, one module each; see ``base`` for the contract."""
