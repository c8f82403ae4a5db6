"""A site's own app with articles, as a host of the newsletter desk would have one."""
