"""The one account 一本账: everything that arose, came in, stands, was treated or left."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from wufei.hub.ledger.models import AccountKind
from wufei.hub.ledger.queries.facts import By, Of, Period, Sum, sums


@dataclass
class Line:
    """One line of the account; grams. Sources and sinks meet to the gram (``off_g`` is 0).

    A line of some holders or regions only meets together with what went to others: there
    ``off_g`` is what was handed over (``handed_g``), and ``movements.handed_g`` counts it.
    """

    key: Any
    before_stock_g: int = 0
    before_custody_g: int = 0
    opening_g: int = 0
    arisen_g: int = 0
    imported_g: int = 0
    secondary_g: int = 0
    shortfall_g: int = 0
    variance_g: int = 0
    recovered_g: int = 0
    disposed_g: int = 0
    exported_g: int = 0
    stock_g: int = 0
    custody_g: int = 0
    by_method: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def off_g(self) -> int:
        """What does not add up; anything but 0 is a defect of the ledger."""
        sources = (
            self.before_stock_g
            + self.before_custody_g
            + self.opening_g
            + self.arisen_g
            + self.imported_g
            + self.secondary_g
            + self.shortfall_g
            + self.variance_g
        )
        sinks = self.recovered_g + self.disposed_g + self.exported_g
        return sources - sinks - self.stock_g - self.custody_g

    @property
    def handed_g(self) -> int:
        """Net mass handed to other holders or regions; of the whole district it is 0."""
        return self.off_g

    @property
    def drawn_g(self) -> int:
        """What left storage, net: below 0 where more was stored."""
        return self.before_stock_g - self.stock_g

    @property
    def treated_g(self) -> int:
        return self.recovered_g + self.disposed_g

    def add(self, part: Sum) -> None:
        """Add the sum of one kind of account."""
        if name := _IN.get(part.kind):
            setattr(self, name, getattr(self, name) + part.in_g - part.out_g)
            method = (part.kind, part.method)
            self.by_method[method] = self.by_method.get(method, 0) + part.in_g - part.out_g
        elif name := _OUT.get(part.kind):
            setattr(self, name, getattr(self, name) + part.out_g - part.in_g)
        elif part.kind == AccountKind.STOCK:
            self.before_stock_g += part.before_g
            self.stock_g += part.before_g + part.in_g - part.out_g
        elif part.kind == AccountKind.CUSTODY:
            self.before_custody_g += part.before_g
            self.custody_g += part.before_g + part.in_g - part.out_g

    def __add__(self, other: "Line") -> "Line":
        total = Line(self.key)
        for line in (self, other):
            for name in _NAMES:
                setattr(total, name, getattr(total, name) + getattr(line, name))
            for method, mass_g in line.by_method.items():
                total.by_method[method] = total.by_method.get(method, 0) + mass_g
        return total


_IN: dict[str, str] = {
    AccountKind.RECOVERED: "recovered_g",
    AccountKind.DISPOSED: "disposed_g",
    AccountKind.EXPORTED: "exported_g",
}
_OUT: dict[str, str] = {
    AccountKind.OPENING: "opening_g",
    AccountKind.ORIGIN: "arisen_g",
    AccountKind.IMPORTED: "imported_g",
    AccountKind.SECONDARY_ORIGIN: "secondary_g",
    AccountKind.SHORTFALL: "shortfall_g",
    AccountKind.VARIANCE: "variance_g",
}
_NAMES = (
    *_IN.values(),
    *_OUT.values(),
    "before_stock_g",
    "before_custody_g",
    "stock_g",
    "custody_g",
)


def one_account(of: Of, period: Period, by: By) -> list[Line]:
    """Lines of the account in ``period``, one for each value of ``by``, sorted by it."""
    lines: dict[Any, Line] = {}
    for part in sums(of, period, by):
        lines.setdefault(part.key, Line(part.key)).add(part)
    ordered = [lines[key] for key in sorted(lines)]
    return _carried(ordered) if by is By.MONTH else ordered


def total(lines: Iterable[Line], key: Any = "") -> Line:
    result = Line(key)
    for line in lines:
        result += line
    result.key = key
    return result


def _carried(months: list[Line]) -> list[Line]:
    """A month begins with what stood at the end of the month before it."""
    for earlier, later in itertools.pairwise(months):
        for kind in ("stock", "custody"):
            carried_g = getattr(earlier, f"{kind}_g")
            setattr(later, f"before_{kind}_g", carried_g)
            setattr(later, f"{kind}_g", getattr(later, f"{kind}_g") + carried_g)
    return months
