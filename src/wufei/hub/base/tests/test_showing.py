"""What of a row a phone shows at once, and what waits below “More”."""

from types import SimpleNamespace

from wufei.hub.base.tables import Column
from wufei.hub.base.tables.show import Shower
from wufei.hub.base.tables.spec import Kind


def row_of(*columns, **values):
    values = {column.name: "x" for column in columns} | values
    return Shower(columns).row(SimpleNamespace(**values))


def folded(row):
    return [cell.column.name for cell in row.cells if "less" in cell.css.split()]


def texts(count):
    return [Column(f"text{n}", f"Text {n}") for n in range(count)]


def test_the_first_columns_the_figures_and_the_states_stay():
    mass = Column("mass", "Mass", Kind.DECIMAL)
    state = Column("state", "State", tone=lambda _obj: "bad")
    row = row_of(*texts(6), mass, state, mass=1)
    assert folded(row) == ["text4", "text5"]
    assert row.folds


def test_a_short_row_is_not_folded():
    row = row_of(*texts(4))
    assert folded(row) == []
    assert not row.folds


def test_a_table_may_say_it_itself():
    first = Column("first", "First", folded=True)
    last = Column("last", "Last", folded=False)
    assert folded(row_of(first, *texts(4), last)) == ["first", "text3"]
    assert folded(row_of(first, *texts(5), last)) == ["first", "text3", "text4"]


def test_a_card_with_nothing_behind_has_nothing_to_unfold():
    row = row_of(*texts(6), text4="", text5=None)
    assert not row.folds
    assert "nothing" in row.cells[4].css
