"""Plain data: frozen rows, whole snapshots, and what differs between two of them."""
