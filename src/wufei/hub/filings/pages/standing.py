"""Where the numbers of a form stand among those of others, as the page draws and says it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from wufei.hub.filings.declarations import Field, FilingType, Section
from wufei.hub.filings.forms import Form
from wufei.hub.filings.pages.values import Names, text_of
from wufei.hub.filings.peers import Compared, Spread, Spreads, figures, first_row, rounded

# The drawing is so wide; its right end is beyond what is usual.
WIDTH = 200
_BEYOND = Decimal("1.6")


@dataclass(frozen=True)
class Standing:
    """One number beside those of others. ``per`` is what it is divided by, ``about`` its waste."""

    section: Section
    field: Field
    spread: Spread
    figure: Decimal | None = None
    row: int | None = None
    per: Field | None = None
    about: str = ""

    @property
    def place(self) -> tuple[str, int | None, str]:
        return self.section.code, self.row, self.field.name

    @property
    def unit(self) -> str:
        """ "t", "t/head"."""
        return self.field.unit if self.per is None else f"{self.field.unit}/{self.per.unit or '1'}"

    @property
    def own(self) -> str:
        return "" if self.figure is None else f"{rounded(self.figure):f}"

    @property
    def words(self) -> str:
        """How the others lie: "others: 12 (half from 8.1 to 17) t"."""
        half = self.spread.quartiles
        if half is None:
            return ""
        return _("others: %(median)s (half from %(lower)s to %(upper)s) %(unit)s") % {
            "median": f"{half.median:f}",
            "lower": f"{half.lower:f}",
            "upper": f"{half.upper:f}",
            "unit": self.unit,
        }

    @property
    def stands(self) -> str:
        """In which quarter the own number is, in words."""
        half = self.spread.quartiles
        if self.figure is None or half is None:
            return ""
        if rounded(self.figure) < half.lower:
            return _("lower than three quarters of them")
        if rounded(self.figure) > half.upper:
            return _("higher than three quarters of them")
        return _("in the usual range")

    @cached_property
    def drawn(self) -> dict[str, int]:
        """Places on a line of ``WIDTH``: both quartiles, the median, the own number."""
        half, own = self.spread.quartiles, self.figure or Decimal(0)
        assert half is not None
        end = max(half.upper * _BEYOND, own, Decimal(1).scaleb(-9))
        places = {"lower": half.lower, "median": half.median, "upper": half.upper, "own": own}
        return {name: max(int(value / end * WIDTH), 0) for name, value in places.items()}

    @property
    def drawn_width(self) -> int:
        return max(self.drawn["upper"] - self.drawn["lower"], 2)


def standings(
    form_type: FilingType,
    sections: Sequence[Section],
    form: Form,
    spreads: Spreads,
    names: Names,
) -> list[Standing]:
    """Every number that the form compares and that is asked for, in its order."""
    own = figures(form_type.compared, form)
    return [
        Standing(
            section,
            section.field(one.field),
            spreads.get((one, key), Spread(0)),
            own.get((one, key)),
            first_row(one, form, key),
            _per(one, sections),
            _about(one, section, form, key, names),
        )
        for one in form_type.compared
        if (section := _section(one, sections)) is not None
        for key in _keys(one, own)
    ]


def _keys(one: Compared, own: Iterable[tuple[Compared, str]]) -> list[str]:
    """A number of its own is shown while it is still empty; rows only once they are there."""
    return [key for compared, key in own if compared == one] or ([] if one.by else [""])


def _section(one: Compared, sections: Iterable[Section]) -> Section | None:
    for section in sections:
        fits = section.code == one.section if one.section else not section.table
        if fits and any(field.name == one.field for field in section.fields):
            return section
    return None


def _per(one: Compared, sections: Iterable[Section]) -> Field | None:
    fields = {
        field.name: field
        for section in sections
        if not section.table or section.code == one.section
        for field in section.fields
    }
    return fields.get(one.per)


def _about(one: Compared, section: Section, form: Form, key: str, names: Names) -> str:
    row = first_row(one, form, key)
    if row is None:
        return ""
    by = section.field(one.by)
    return text_of(by, form.rows[section.code][row].get(one.by), names)
