"""Everything that writes the log of evidence."""
