"""How forms look: the boxes of a form, values as people read them, what differs, the calendar."""
