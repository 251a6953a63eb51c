"""The registry side of pulling."""
