"""Every key and what comes of it."""
