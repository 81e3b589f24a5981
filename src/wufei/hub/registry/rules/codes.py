"""Codes that carry check digits: organisations (GB 32100, GB 11714) and persons (GB 11643)."""

import unicodedata
from datetime import date

from wufei.hub.registry.rules.problems import Problem, problem

# GB 32100-2015: digits and capital letters without I, O, S, V, Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LOOKS_LIKE = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}
_PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PERSON_CHECK = "10X98765432"


def tidy(text: str) -> str:
    """As people mean it: full-width forms, blanks, hyphens and small letters are made plain."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in plain if not c.isspace() and c not in "-·.•‧・")


def credit_check(first17: str) -> str:
    """18th character of a unified social credit code (GB 32100-2015, 5)."""
    total = sum(_VALUE[c] * w for c, w in zip(first17, _CREDIT_WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check(first8: str) -> str:
    """9th character of an organisation code (GB 11714): letters count from A = 10."""
    total = sum(int(c, 36) * w for c, w in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def credit_code(first16: str) -> str:
    """A whole credit code: authority and kind 2, region 6, organisation 8, both checks added."""
    first17 = first16 + organisation_check(first16[8:])
    return first17 + credit_check(first17)


def credit_code_problem(code: str) -> Problem | None:
    """What keeps a tidied ``code`` from being a unified social credit code (GB 32100-2015)."""
    if len(code) != 18:
        return problem("credit_length", length=len(code))
    for place, character in enumerate(code, start=1):
        if character not in _VALUE:
            return _strange_character(place, character)
        if 3 <= place <= 8 and not character.isdigit():
            return problem("credit_region", place=place, character=character)
    expected = credit_check(code[:17])
    if code[17] != expected:
        return problem("credit_check", character=code[17], expected=expected)
    return None


def _strange_character(place: int, character: str) -> Problem:
    if meant := _LOOKS_LIKE.get(character):
        return problem("credit_unused_letter", place=place, character=character, meant=meant)
    return problem("credit_character", place=place, character=character)


def organisation_code_problem(code: str) -> Problem | None:
    """Whether characters 9-17 of a right credit code are also a right organisation code.

    A hint, no refusal: a credit code whose own check digit is right was hardly mistyped.
    """
    expected = organisation_check(code[8:16])
    if code[16] != expected:
        return problem("organisation_check", character=code[16], expected=expected)
    return None


def identity_check(first17: str) -> str:
    """18th character of an identity card number (GB 11643-1999; ISO 7064 MOD 11-2)."""
    total = sum(int(c) * w for c, w in zip(first17, _PERSON_WEIGHTS, strict=True))
    return _PERSON_CHECK[total % 11]


def identity_problem(number: str, on: date) -> Problem | None:
    """What keeps a tidied ``number`` from being an identity card number on the day ``on``."""
    if len(number) != 18:
        return problem("identity_length", length=len(number))
    if not (number[:17].isascii() and number[:17].isdigit()) or number[17] not in _PERSON_CHECK:
        return problem("identity_character")
    born = _birthday(number[6:14])
    if born is None or not date(1900, 1, 1) <= born <= on:
        return problem("identity_birthday", text=number[6:14])
    # The expected digit is not told: the number is somebody's, and would be guessed by trying.
    return None if identity_check(number[:17]) == number[17] else problem("identity_check")


def _birthday(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
