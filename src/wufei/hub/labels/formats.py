"""What a label looks like: sizes by the container's volume, and which streams use which.

Sizes, letters, border and margin of hazardous labels: HJ 1276-2022 as the project's facts have it
(grade B); ground colour and arrangement are as commonly known (grade C), so the colour is a
setting. ``config`` fills the registry once at start-up from ``domains.DOMAINS``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Size:
    """A label of so many millimetres with letters at least so high.

    For containers up to ``volume_l_max`` litres (None: any); ``sides`` of it carry a label.
    """

    code: str
    width_mm: int
    height_mm: int
    letters_mm: Decimal
    volume_l_max: int | None = None
    sides: int = 1


@dataclass(frozen=True)
class Format:
    """A kind of label, its sizes from the smallest on.

    ``needs`` are the fields without which it is not printed; ``digital`` labels carry the code of
    HJ 1276, others our own number. ``coloured`` ones stand on the ground of ``WUFEI_LABEL_GROUND``.
    """

    code: str
    name: Text
    sizes: tuple[Size, ...]
    needs: frozenset[str] = frozenset()
    digital: bool = False
    coloured: bool = False

    def size(self, volume_l: Decimal | None) -> Size:
        """By the container's volume; the smallest where that makes no difference."""
        for size in self.sizes:
            if size.volume_l_max is None or (volume_l or 0) <= size.volume_l_max:
                return size
        raise AssertionError(f"{self.code} has no size for {volume_l} L")


@dataclass(frozen=True)
class LabelUse:
    """Which streams of a domain carry which label."""

    streams: tuple[str, ...]
    format: Format


HJ_1276 = Format(
    "hj1276",
    _("hazardous waste label (HJ 1276)"),
    sizes=(
        Size("100", 100, 100, Decimal(3), volume_l_max=50),
        Size("150", 150, 150, Decimal(5), volume_l_max=450),
        Size("200", 200, 200, Decimal(6), sides=2),
    ),
    needs=frozenset({"volume_l", "form", "hazard", "components", "precautions"}),
    digital=True,
    coloured=True,
)
# For rolls of thermal labels, as they are tied to bags and stuck on turnover boxes.
ROLL = Format(
    "roll", _("bag or box label (60 × 40 mm)"), sizes=(Size("60", 60, 40, Decimal("2.2")),)
)
GENERAL = Format("general", _("lot label"), sizes=(Size("general", 100, 60, Decimal(3)),))
FORMATS = {one.code: one for one in (HJ_1276, ROLL, GENERAL)}

_by_stream: dict[str, Format] = {}


def fill(declared: Iterable[LabelUse]) -> None:
    """Make ``declared`` the registry's whole content (called once at start-up)."""
    _by_stream.clear()
    for use in declared:
        for stream in use.streams:
            assert stream not in _by_stream, f"stream {stream} has two labels"
            _by_stream[stream] = use.format


def format_of(stream: str) -> Format:
    """The label that a stream of waste carries; a plain one where no domain says otherwise."""
    return _by_stream.get(stream, GENERAL)
