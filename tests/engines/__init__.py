"""Real engines for the tests: where they are and how to get them."""
