"""Settings of the tests: the product's own, on a database of their own.

``GONETS_TEST_DATABASE=postgres`` runs the same tests on an embedded PostgreSQL.
"""

from gonets.server.settings import *  # noqa: F403
