"""What the host starts from its command line."""
