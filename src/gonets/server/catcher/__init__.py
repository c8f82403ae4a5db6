"""The built-in mailbox: a real SMTP server on loopback that keeps what it gets."""
