"""The embedded demo engine: the containerd API from memory, in its own process."""
