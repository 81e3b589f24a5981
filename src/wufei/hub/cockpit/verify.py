"""Whether the figures that people see are what the movements add up to.

Cards, bands and indicators as the pages compute them, against sums straight from the movements;
one snapshot, so that it passes at any moment, whatever is recorded meanwhile.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from django.db import connection, transaction

from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.cockpit import sankey
from wufei.hub.cockpit.screen import Books, books
from wufei.hub.cockpit.showing import CARD
from wufei.hub.indicators import verify as indicators
from wufei.hub.indicators.verify import Counted, recount
from wufei.hub.ledger.queries.facts import Of
from wufei.hub.ledger.queries.flows import picture
from wufei.hub.ledger.queries.numbers import NUMBERS
from wufei.hub.ledger.verify import Difference

# What each figure of a card is, written again: kind of account, which way, from the beginning on?
_COUNTS = {
    "arisen": ("origin", -1, False),
    "stock": ("stock", 1, True),
    "custody": ("custody", 1, True),
    "recovered": ("recovered", 1, False),
    "disposed": ("disposed", 1, False),
}


def verify() -> Iterator[tuple[str, list[Difference]]]:
    """Run every check; yields its name and what it found."""
    assert not connection.in_atomic_block, "verify takes a snapshot of its own"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for name, check in _CHECKS.items():
            yield name, list(check())


def cards() -> Iterator[Difference]:
    """The five figures of each domain's card."""
    found = books(Of())
    counted = recount(found.period.start, found.period.end)
    for line in found.domains:
        for code in CARD:
            expected_g = _expected(code, line.key, counted)
            seen_g = NUMBERS[code].of(line)
            if seen_g != expected_g:
                yield _differs("cards", f"{line.key} {code}", seen_g, expected_g)


def bands() -> Iterator[Difference]:
    """What flows into and out of each band; what was merged counts with its node."""
    found = books(Of())
    shown = sankey.bands(found.domains)
    for domain in catalogue.domains():
        code = f"domain:{domain.code}"
        into_g = sum(flow.mass_g for flow in shown.flows if flow.target == code)
        out_g = sum(flow.mass_g for flow in shown.flows if flow.source == code)
        if into_g != out_g:
            yield _differs("bands", code, out_g, into_g)
    yield from _ends(found, shown)


def _ends(found: Books, shown: sankey.Bands) -> Iterator[Difference]:
    """Everything recovered and disposed of, over all its bands, merged or not."""
    counted = recount(found.period.start, found.period.end)
    expected: Counter[str] = Counter()
    for one in counted:
        if one.kind in ("recovered", "disposed"):
            expected[f"{one.kind}:{one.method}"] += one.during_g
    whole = picture(found.domains)
    for kind in ("recovered", "disposed"):
        expected_g = sum(g for code, g in expected.items() if code.startswith(kind))
        seen_g = sum(flow.mass_g for flow in whole.flows if flow.target.split(":")[0] == kind)
        if seen_g != expected_g:
            yield _differs("bands", kind, seen_g, expected_g)
    merged_g = sum(flow.mass_g for flow in shown.flows if flow.source.startswith("domain:"))
    whole_g = sum(flow.mass_g for flow in whole.flows if flow.source.startswith("domain:"))
    if merged_g != whole_g:
        yield _differs("bands", "after merging", merged_g, whole_g)


def _expected(code: str, domain: str, counted: list[Counted]) -> int:
    kind, way, ever = _COUNTS[code]
    mine = [one for one in counted if one.domain == domain and one.kind == kind]
    return way * sum(one.during_g + (one.before_g if ever else 0) for one in mine)


def _differs(check: str, subject: str, seen_g: int, expected_g: int) -> Difference:
    return Difference(check, subject, f"shown {seen_g} g, recount {expected_g} g")


_CHECKS: dict[str, Callable[[], Iterator[Difference]]] = {
    "cards": cards,
    "bands": bands,
    "indicators": indicators.differences,
}
