"""Our own subset of containerd's API and the code generated from it."""
