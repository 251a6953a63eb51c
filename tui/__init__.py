"""c9d, the terminal dashboard for containerd."""

__version__ = "0.1.0"
