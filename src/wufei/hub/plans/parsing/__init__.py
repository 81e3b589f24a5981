"""Reading a plan: bytes → text → paragraphs → sections → attributions, units, targets.

Pure: no Django, no database. What cannot be read becomes a ``Problem`` for the reviewer.
"""
