"""The way of news from the daemon to the snapshot."""
