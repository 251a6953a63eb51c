"""One file a resource: its columns, its cells, its requests."""
