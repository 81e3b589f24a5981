"""What happened to the demo district's waste: pure, and the same for the same seed.

Nothing here reads the clock or the database. A day depends only on the days before it, so a
history that is cut off at some moment and continued tomorrow is the same history.
"""

from wufei.demo.history.corrections import Correction
from wufei.demo.history.stream import Event, history
from wufei.demo.history.world import Place, World

__all__ = ["Correction", "Event", "Place", "World", "history"]
