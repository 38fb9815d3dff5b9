"""What the clinic publishes. Imports nothing of booking."""
