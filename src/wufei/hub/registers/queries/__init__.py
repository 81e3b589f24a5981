"""What the registers read, each in one statement."""
