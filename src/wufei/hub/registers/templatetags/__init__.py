"""Template parts of the registers."""
