"""What is run on a checkout and is not installed."""
