"""Pure parts of the ledger against the most simple-minded way to say the same."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wufei.hub.ledger import rules
from wufei.hub.ledger.entries import AccountKey
from wufei.hub.ledger.models import LIMITED, AccountKind, Balance
from wufei.hub.ledger.refusals import NoSuchFlow, OtherWaste
from wufei.hub.ledger.services.positions import _one_account
from wufei.hub.ledger.tests.histories import examples
from wufei.hub.ledger.units import BadMass, DensityMissing, NotPositive, UnknownUnit, mass, tonnes

GRAMS = st.integers(-(10**13), 10**13).filter(bool)
KINDS = st.sampled_from(list(AccountKind))


@examples(200)
@given(free_g=st.integers(0, 10**13), changes_g=st.lists(GRAMS | st.sampled_from([-1, 1])))
def test_the_vector_form_of_the_running_lack_is_the_plain_one(free_g, changes_g):
    balance = Balance(in_g=free_g + 7, out_g=3, booked_g=4)
    _, lack_g, _ = _one_account(np.array(changes_g, np.int64), balance)
    assert lack_g.tolist() == rules.running_lack(free_g, changes_g)
    assert balance.in_g - balance.out_g - balance.booked_g >= 0


@examples(200)
@given(changes_g=st.lists(st.integers(-9, 9).filter(bool)), in_g=st.integers(0, 20))
def test_positions_of_an_account_leave_no_gap_and_never_overlap(changes_g, in_g):
    from_g, lack_g, lack_from_g = _one_account(
        np.array(changes_g, np.int64), balance := Balance(in_g=in_g, out_g=0, booked_g=0)
    )
    at_in, at_out = in_g, 0
    for change_g, place_g, lacking_g, lacking_at in zip(
        changes_g, from_g, lack_g, lack_from_g, strict=True
    ):
        if lacking_g:
            assert lacking_at == at_in
            at_in += lacking_g
        if change_g > 0:
            assert place_g == at_in
            at_in += change_g
        else:
            assert place_g == at_out
            at_out -= change_g
    assert (balance.in_g, balance.out_g) == (at_in, at_out)


@given(source=KINDS, target=KINDS, other=st.booleans())
def test_only_declared_flows_have_a_kind(source, target, other):
    ends = AccountKey(source, 1, 1), AccountKey(target, 1, 2 if other else 1)
    if (source, target) not in rules.FLOWS:
        with pytest.raises(NoSuchFlow):
            rules.kind_of(*ends)
    elif other:
        with pytest.raises(OtherWaste):
            rules.kind_of(*ends)
    else:
        assert rules.kind_of(*ends) is rules.FLOWS[source, target]


def test_every_account_kind_moves_and_only_limited_ones_do_both():
    sources = {source for source, _ in rules.FLOWS}
    targets = {target for _, target in rules.FLOWS}
    assert sources | targets == set(AccountKind)
    assert sources & targets == {*LIMITED, AccountKind.VARIANCE}


def half_even(exact):
    """Round a fraction half to even, by hand."""
    floor = exact.numerator // exact.denominator
    rest = exact - floor
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and floor % 2)
    return floor + bool(up)


@examples(200)
@given(
    value=st.decimals("0.000001", 10**9, places=9),
    unit=st.sampled_from(["t", "kg", "g", "m3", "piece"]),
    density=st.decimals("0.001", 20_000, places=3),
)
@example(Decimal("0.5"), "g", Decimal(1))
@example(Decimal("2.5"), "g", Decimal(1))
@example(Decimal("0.0000025"), "t", Decimal(1))
def test_units_become_whole_grams_once_and_the_original_is_kept(value, unit, density):
    factor = {"t": 10**6, "kg": 1000, "g": 1}.get(unit) or Fraction(density) * 1000
    expected = half_even(Fraction(value) * factor)
    known = {"m3": {"density_kg_m3": density}, "piece": {"unit_mass_kg": density}}.get(unit, {})
    if expected <= 0:
        with pytest.raises(NotPositive):
            mass(value, unit, **known)
        return
    found = mass(value, unit, **known)
    assert found.grams == expected
    assert (found.value, found.unit) == (value, unit)
    assert found.density_kg == (density if known else None)


@pytest.mark.parametrize("unit", ["m3", "piece"])
@pytest.mark.parametrize("density", [None, Decimal(0), Decimal(-1)])
def test_volumes_and_pieces_need_a_density(unit, density):
    with pytest.raises(DensityMissing):
        mass(1, unit, density_kg_m3=density, unit_mass_kg=density)


@pytest.mark.parametrize("unit", ["", "T", "吨", "tonnes", "lb"])
def test_an_unknown_unit_is_named(unit):
    with pytest.raises(UnknownUnit):
        mass(1, unit)


@examples(300)
@given(text=st.text(max_size=60) | st.from_regex(r"[-+]?[0-9eE.,_ ]{1,20}", fullmatch=True))
@example("NaN")
@example("sNaN")
@example("-Infinity")
@example("1e999999999")
@example("1e-999999999")
@example("9" * 400)
@example("0x10")
@example("1 234")
@example("１２．５")
@example("12,5")
@example("1_0")
def test_whatever_is_typed_becomes_grams_or_a_refusal(text):
    try:
        found = tonnes(text).grams
    except BadMass:
        found = 1
    assert 0 < found < 10**21


@pytest.mark.parametrize(
    ("text", "grams_"),
    [("1,234.5", 1_234_500_000), (" 12.5 ", 12_500_000), ("１２", 12_000_000), ("1e3", 10**9)],
)
def test_numbers_are_read_as_people_write_them(text, grams_):
    assert tonnes(text).grams == grams_
