"""Widgets that know nothing of containerd."""
