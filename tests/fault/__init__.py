"""What the dashboard survives."""
