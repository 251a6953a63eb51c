"""What several tests share: images, daemons, waiting."""
