"""Codes, plates, positions: official examples, and properties that must hold for all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wufei.hub.registry.messages import _SENTENCES, sentence
from wufei.hub.registry.rules.codes import (
    ALPHABET,
    credit_check,
    credit_code,
    credit_code_problem,
    identity_check,
    identity_problem,
    organisation_check,
    organisation_code_problem,
    tidy,
)
from wufei.hub.registry.rules.plates import new_energy, plate_problem, tidy_plate
from wufei.hub.registry.rules.positions import boundary_problem, position_problem

SOME_DAY = date(2026, 11, 23)
GB_VECTOR = "91350100M000100Y43"
first16 = st.builds(
    "{}{}{}".format,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=8, max_size=8),
)


def name(problem):
    return problem and problem.code


def test_the_standards_own_example_is_right():
    assert credit_check(GB_VECTOR[:17]) == "3"
    assert credit_code_problem(GB_VECTOR) is None
    assert organisation_code_problem(GB_VECTOR) is None


@given(first16)
def test_a_made_code_passes_both_checks(first):
    code = credit_code(first) if organisation_check(first[8:]) in ALPHABET else GB_VECTOR
    assert credit_code_problem(code) is None
    assert organisation_code_problem(code) is None


@given(first16, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_seen(first, place, character):
    code = credit_code(first)
    wrong = code[:place] + character + code[place + 1 :]
    assert (credit_code_problem(wrong) is None) == (wrong == code)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("91350100M000100Y4", "has 18 characters; this one has 17"),
        ("91350100M000100Y4O", "Character 18 of the credit code is “O”"),
        ("9135010OM000100Y43", "Is it “0”?"),
        ("91A50100M000100Y43", "characters 3 to 8 are the region"),
        ("91350100M000100Y44", "is “4”, for these characters it would be “3”"),
        ("91350100M000100Y4*", "use digits and capital letters"),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(code, said):
    problem = credit_code_problem(code)
    assert problem is not None
    assert said in sentence(problem)


def test_full_width_small_and_spaced_codes_are_made_plain():
    assert tidy("９１３５０１００ m000100y-43") == GB_VECTOR


def test_an_identity_card_is_checked_by_date_and_last_character():
    number = "11010519491231002"
    assert identity_check(number) == "X"
    assert identity_problem(number + "X", SOME_DAY) is None
    assert name(identity_problem(number + "1", SOME_DAY)) == "identity_check"
    assert name(identity_problem("110105194913310021", SOME_DAY)) == "identity_birthday"
    assert name(identity_problem("110105202712310028", SOME_DAY)) == "identity_birthday"
    assert name(identity_problem("1101051949", SOME_DAY)) == "identity_length"


@pytest.mark.parametrize(
    "plate",
    ["鲁P12345", "鲁PA1B2C", "鲁PD12345", "鲁PFA1234", "鲁P12345D", "鲁P1234挂", "鲁1512345"],
)
def test_plates_of_all_kinds_are_known(plate):
    assert plate_problem(plate) is None


@pytest.mark.parametrize(
    ("plate", "code"),
    [
        ("P12345", "plate_province"),
        ("", "plate_province"),
        ("鲁P1234", "plate_length"),
        ("鲁PO1234", "plate_letter"),
        ("鲁P12345M", "plate_pattern_8"),
        ("鲁P1234*", "plate_pattern_7"),
    ],
)
def test_a_wrong_plate_is_told_why(plate, code):
    assert name(plate_problem(tidy_plate(plate))) == code


def test_the_dot_and_blanks_of_a_plate_do_not_matter():
    assert tidy_plate("鲁p·12 345") == "鲁P12345"
    assert new_energy("鲁PD12345")
    assert not new_energy("鲁P12345")


def test_swapped_coordinates_are_recognised():
    assert position_problem(115.98, 36.44) is None
    assert name(position_problem(36.44, 115.98)) == "position_swapped"
    assert name(position_problem(115.98, 91)) == "position_range"
    assert name(position_problem(-0.1, 51.5)) == "position_far"


def square(*points):
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


A, B, C, D = (115.9, 36.4), (116.0, 36.4), (116.0, 36.5), (115.9, 36.5)


def test_a_boundary_is_a_closed_ring_that_does_not_cross_itself():
    assert boundary_problem(square(A, B, C, D, A)) is None
    assert name(boundary_problem(square(A, B, C, D))) == "boundary_open"
    assert name(boundary_problem(square(A, C, B, D, A))) == "boundary_crosses"
    assert name(boundary_problem(square(A, B, A))) == "boundary_too_few"
    swapped = [(latitude, longitude) for longitude, latitude in (A, B, C, D, A)]
    assert name(boundary_problem(square(*swapped))) == "position_swapped"
    assert name(boundary_problem({"type": "Point", "coordinates": list(A)})) == "boundary_type"
    assert name(boundary_problem(square(A, B, ("x", 1), A))) == "boundary_points"


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner, max_size=2)
    ),
    max_leaves=20,
)


@given(json_values)
def test_no_json_value_upsets_the_boundary_rule(value):
    problem = boundary_problem(value)
    assert problem is None or sentence(problem)


@given(st.text(max_size=20))
def test_no_text_upsets_a_rule(text):
    for problem in (
        credit_code_problem(tidy(text)),
        plate_problem(tidy_plate(text)),
        identity_problem(tidy(text), SOME_DAY),
    ):
        assert problem is None or sentence(problem)


def test_every_problem_has_a_sentence():
    import inspect
    import re

    from wufei.hub.registry.rules import codes, plates, positions

    source = "".join(map(inspect.getsource, (codes, plates, positions)))
    used = set(
        re.findall(r'"((?:credit|organisation|identity|plate|position|boundary)_\w+)"', source)
    )
    assert used == set(_SENTENCES)
