"""A batch of position fixes as it travels on the bus and lies in memory: one NumPy array.

Stream ``FIXES``, subjects ``fixes.<partition>``; a message is one batch of one partition, its
payload the array's bytes behind ``MAGIC``. A fix is told apart by (device, device time, serial).
"""

import numpy as np
from numpy.typing import NDArray

STREAM, SUBJECT = "FIXES", "fixes"
MAGIC = b"WFFIX\x01\x00\x00"

# Times are milliseconds since 1970 (UTC); degrees are WGS-84; ``heading_deg`` 0 is north.
# ``device`` is the primary key of the registry's device, or minus the terminal's number where
# unknown terminals are kept. ``vehicle`` is the key of the vehicle that carries it, 0 for none.
# ``mileage_km`` is 0 and ``device_time_ms`` is 0 (marked out of range) where they are not told.
FIX = np.dtype(
    [
        ("device", "<i8"),
        ("vehicle", "<i8"),
        ("device_time_ms", "<i8"),
        ("received_ms", "<i8"),
        ("longitude", "<f8"),
        ("latitude", "<f8"),
        ("mileage_km", "<f8"),
        ("speed_kmh", "<f4"),
        ("status", "<u4"),
        ("alarm", "<u4"),
        ("altitude_m", "<i2"),
        ("heading_deg", "<u2"),
        ("serial", "<u2"),
        ("marks", "<u2"),
    ]
)

# What is wrong with a fix; 0 means that it may be used. Marked fixes are stored, never used.
UNFIXED, ZERO, OUT_OF_RANGE, FUTURE = 1, 2, 4, 8
# Sent later than it was measured (0x0704 and the like): history, not the present.
BACK_FILLED = 256
UNUSABLE = UNFIXED | ZERO | OUT_OF_RANGE | FUTURE

Fixes = NDArray[np.void]


class BadBatch(ValueError):
    """A message on the bus that is no batch of fixes."""


def encode(fixes: Fixes) -> bytes:
    assert fixes.dtype == FIX
    return MAGIC + fixes.tobytes()


def decode(payload: bytes) -> Fixes:
    """Raises ``BadBatch`` for anything that ``encode`` did not write."""
    if payload[: len(MAGIC)] != MAGIC or (len(payload) - len(MAGIC)) % FIX.itemsize:
        raise BadBatch(f"{len(payload)} bytes are no batch of fixes")
    return np.frombuffer(payload, dtype=FIX, offset=len(MAGIC))


def usable(fixes: Fixes) -> Fixes:
    """Those that may drive rules and maps."""
    found: Fixes = fixes[(fixes["marks"] & UNUSABLE) == 0]
    return found
