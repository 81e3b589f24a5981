"""Wire formats: pure bytes <-> messages, no I/O, no Django."""
