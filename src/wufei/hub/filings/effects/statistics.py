"""Figures that no ledger has: kept by organisation and period, replaced by an amendment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.text import format_lazy

from wufei.hub.base.actor import Actor
from wufei.hub.base.rows import insert
from wufei.hub.filings.declarations import Accepted, Effect, Made, Text
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Statistic


@dataclass(frozen=True)
class Figure:
    """One figure of a form: ``code`` names it for indicators.

    ``field`` is a single field, or with ``section`` a column, which is summed by ``dimension``
    (another column) if one is named. ``section`` without a ``field`` counts its rows.
    """

    code: str
    label: Text
    field: str
    unit: str = ""
    section: str = ""
    dimension: str = ""

    def values(self, form: Form) -> Iterator[tuple[str, Decimal]]:
        """(dimension, value); nothing where nothing was given."""
        if not self.section:
            if (value := form.values.get(self.field)) is not None:
                yield "", Decimal(value)
            return
        sums: dict[str, Decimal] = {}
        for row in form.rows.get(self.section, ()):
            value = row.get(self.field) if self.field else Decimal(1)
            if value is not None:
                # Cut to what is kept: what agrees so far is one figure.
                key = str(row.get(self.dimension) or "")[:60] if self.dimension else ""
                sums[key] = sums.get(key, Decimal(0)) + Decimal(value)
        yield from sums.items()


def statistics(*figures: Figure, label: Text = "", code: str = "statistics") -> Effect:
    """Keep ``figures``; those of the version before are replaced and stay with their time."""

    def preview(accepted: Accepted) -> Sequence[Text]:
        return [_told(*one) for one in _found(figures, accepted.form)]

    def apply(accepted: Accepted, by: Actor) -> Sequence[Made]:
        return apply_many([accepted], by)[0]

    def apply_many(accepted: Sequence[Accepted], by: Actor) -> Sequence[Sequence[Made]]:
        amended = [one.version.filing_id for one in accepted if one.version.number > 1]
        codes = [one.code for one in figures]
        if amended:
            mine = Statistic.objects.filter(code__in=codes, version__filing__in=amended)
            mine.filter(replaced_at=None).update(replaced_at=timezone.now())
        found = [list(_found(figures, one.form)) for one in accepted]
        pairs = zip(accepted, found, strict=True)
        insert([_statistic(one, *figure) for one, told in pairs for figure in told])
        return [
            [Made(f"filings.statistic:{one[0].code}", _told(*one)) for one in told]
            for told in found
        ]

    return Effect(code, label or figures[0].label, preview, apply, apply_many)


def _statistic(accepted: Accepted, figure: Figure, dimension: str, value: Decimal) -> Statistic:
    subject = accepted.subject
    return Statistic(
        code=figure.code,
        dimension=dimension,
        organisation=subject.organisation,
        region_id=(subject.site or subject.organisation).region_id,
        first=subject.span.first,
        last=subject.span.last,
        value=value,
        unit=figure.unit,
        version=accepted.version,
    )


def _found(figures: Sequence[Figure], form: Form) -> Iterator[tuple[Figure, str, Decimal]]:
    for figure in figures:
        for dimension, value in figure.values(form):
            yield figure, dimension, value


def _told(figure: Figure, dimension: str, value: Decimal) -> Text:
    """``Floor area: 12,500 m²``."""
    of = f" ({dimension})" if dimension else ""
    amount = f"{value:,f} {figure.unit}".strip()
    return format_lazy("{label}{of}: {amount}", label=figure.label, of=of, amount=amount)
