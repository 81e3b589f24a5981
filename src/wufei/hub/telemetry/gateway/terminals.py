"""Terminals of the registry, as a table that is loaded anew every few seconds."""

import hmac
from collections.abc import Mapping

import numpy as np
from django.utils.crypto import salted_hmac
from numpy.typing import NDArray

from wufei.hub.registry.models import Device, DeviceBinding
from wufei.hub.registry.validity import valid_on

_SALT = "wufei.telemetry.jt808"
# Larger numbers (of 20 digits) do not fit into 64 bits and are looked up one by one.
NUMBER_MAX = 2**64 - 1
_DIGITS_KEPT = 10**18


def code_of(number: str) -> str:
    """What a terminal authenticates with: derived, so that it survives every restart."""
    return salted_hmac(_SALT, number, algorithm="sha256").hexdigest()[:20]


def is_code_of(number: str, code: str) -> bool:
    return hmac.compare_digest(code_of(number).encode(), code.encode())


class Terminals:
    """Who may report: terminal number without leading zeros → (device, vehicle or 0).

    With ``keep_unknown`` everybody may; a stranger's device is minus its number.
    """

    def __init__(
        self, known: Mapping[str, tuple[int, int]] | None = None, *, keep_unknown: bool = False
    ) -> None:
        self.known = dict(known or {})
        self._keep_unknown = keep_unknown
        # Sorted columns, with a row that is never found so that there is always one.
        rows = [(int(number or 0), *pair) for number, pair in self.known.items()]
        rows = sorted(row for row in rows if row[0] < NUMBER_MAX)
        rows.append((NUMBER_MAX, 0, 0))
        numbers, devices, vehicles = zip(*rows, strict=True)
        self._numbers = np.array(numbers, dtype=np.uint64)
        self._devices = np.array(devices, dtype=np.int64)
        self._vehicles = np.array(vehicles, dtype=np.int64)

    def find(self, number: str) -> tuple[int, int] | None:
        """Device and vehicle (0 for none); None for a stranger that may not report."""
        if found := self.known.get(number):
            return found
        if self._keep_unknown and number.isdecimal():
            return -(int(number) % _DIGITS_KEPT), 0
        return None

    def look_up(self, numbers: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The same for many: devices (0 for a stranger that may not report) and vehicles."""
        at = np.searchsorted(self._numbers, numbers)
        known = self._numbers[at] == numbers
        stranger = -(numbers % np.uint64(_DIGITS_KEPT)).astype(np.int64) * self._keep_unknown
        devices = np.where(known, self._devices[at], stranger)
        return devices, np.where(known, self._vehicles[at], 0)


def load(*, keep_unknown: bool) -> Terminals:
    """All terminals that are in use today, with the vehicles they sit on."""
    kind = Device.Kind.TERMINAL
    devices = Device.objects.filter(valid_on(), kind=kind).values_list("pk", "number")
    bound = dict(
        DeviceBinding.objects.filter(valid_on(), kind=kind, vehicle__isnull=False).values_list(
            "device_id", "vehicle_id"
        )
    )
    # Others are refused by the register; one that is there all the same must not stop the table.
    known = {
        number.lstrip("0"): (pk, bound.get(pk, 0)) for pk, number in devices if number.isdecimal()
    }
    return Terminals(known, keep_unknown=keep_unknown)
