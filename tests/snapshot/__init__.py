"""Pictures of the screens, taken of a host that never changes."""
