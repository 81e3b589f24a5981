"""Files come in any order, from anybody, again and again: the book is as if each came once."""

from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.base.tables import Taken
from wufei.hub.ledger.services.folding import fold_all
from wufei.hub.ledger.tests.histories import examples
from wufei.hub.ledger.verify import differences
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.tests.conftest import OIL, person, t
from wufei.hub.manifests.tests.importing import CARRIER, REFINERY, WORKS, line, on_the_road, take

FILES = count()
LINES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["on the road", "whole"]),
        st.sampled_from(["clerk", "colleague", "officer"]),
    ),
    min_size=1,
    max_size=8,
)


@examples(12)
@given(lines=LINES)
def test_the_book_is_as_if_every_record_came_once(real_district, lines):
    district, file = real_district, next(FILES)
    clerk = district.firm(WORKS).person
    people = {
        "clerk": clerk,
        "colleague": replace(clerk, id="person:colleague"),
        "officer": person(role="officer"),
    }
    cells = {"on the road": on_the_road(district), "whole": line(district)}
    before = district.g("stock", REFINERY, OIL), district.g("custody", CARRIER, OIL)
    told: dict[int, set[str]] = {}
    for number, how, who in lines:
        known = told.setdefault(number, set())
        row = cells[how] | {"number": f"WB-{file}-{number}"}
        expected = Taken.NEW if how not in known and "whole" not in known else Taken.KNOWN
        assert take(row, by=people[who]) is expected
        known.add(how)
    whole = sum("whole" in known for known in told.values())
    after = district.g("stock", REFINERY, OIL), district.g("custody", CARRIER, OIL)
    assert after == (before[0] + whole * t(2), before[1] + (len(told) - whole) * t(2))
    mine = Manifest.objects.filter(origin="imported", status="closed", consignor__name=WORKS)
    assert mine.count() * t(2) == after[0]
    fold_all()
    assert differences() == []
