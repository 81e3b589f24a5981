"""A sequencer in a process of its own, to be killed: small batches, for ever."""

import time

from wufei.cli import start_django

start_django()
from wufei.hub.evidence.services.sequencing import sequence  # noqa: E402

while True:
    if not sequence(rows_max=3):
        time.sleep(0.005)
