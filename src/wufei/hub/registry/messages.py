"""What a rule found, in words that say what to write instead."""

from typing import Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from wufei.hub.base.errors import Invalid
from wufei.hub.registry.rules import Problem

_SENTENCES = {
    "credit_length": gettext_noop(
        "A unified social credit code has 18 characters; this one has %(length)d."
    ),
    "credit_character": gettext_noop(
        "Character %(place)d of the credit code is “%(character)s”: use digits and capital letters."
    ),
    "credit_unused_letter": gettext_noop(
        "Character %(place)d of the credit code is “%(character)s”, which such codes never use. "
        "Is it “%(meant)s”?"
    ),
    "credit_region": gettext_noop(
        "Character %(place)d of the credit code is “%(character)s”: characters 3 to 8 are the "
        "region and are digits."
    ),
    "credit_check": gettext_noop(
        "The check digit of the credit code is “%(character)s”, for these characters it would be "
        "“%(expected)s”. Compare the code with the business licence, character by character."
    ),
    "organisation_check": gettext_noop(
        "Character 17 of the credit code is “%(character)s”, the organisation code in it would "
        "end in “%(expected)s”. Compare it with the business licence."
    ),
    "identity_length": gettext_noop(
        "An identity card number has 18 characters; this one has %(length)d."
    ),
    "identity_character": gettext_noop(
        "An identity card number is 17 digits and a digit or X at the end."
    ),
    "identity_birthday": gettext_noop(
        "Characters 7 to 14 of the identity card number (%(text)s) are no possible date of birth."
    ),
    "identity_check": gettext_noop(
        "The last character of the identity card number does not fit the others. Compare it with "
        "the card."
    ),
    "plate_province": gettext_noop(
        "A plate begins with the character of its province, such as %(example)s."
    ),
    "plate_length": gettext_noop(
        "A plate has 7 characters, one of a new-energy vehicle 8; this one has %(length)d."
    ),
    "plate_letter": gettext_noop("Plates do not use the letters I and O: write 1 and 0."),
    "plate_pattern_7": gettext_noop(
        "This is no plate: write the province, the letter of the city and five digits or letters, "
        "such as %(example)s."
    ),
    "plate_pattern_8": gettext_noop(
        "A plate of 8 characters belongs to a new-energy vehicle: %(small)s for small ones, "
        "%(large)s for large ones."
    ),
    "position_swapped": gettext_noop(
        "Longitude and latitude are swapped: here the longitude is about 116 and the latitude "
        "about 36."
    ),
    "position_range": gettext_noop(
        "There is no such place: longitude %(longitude)s, latitude %(latitude)s. Longitudes lie "
        "between -180 and 180, latitudes between -90 and 90."
    ),
    "position_far": gettext_noop(
        "Longitude %(longitude)s, latitude %(latitude)s lies outside the country. Give WGS-84 "
        "degrees, for example 115.98 and 36.44."
    ),
    "boundary_type": gettext_noop("Give the boundary as a GeoJSON geometry of type Polygon."),
    "boundary_points": gettext_noop(
        "Ring %(ring)d of the boundary holds something that is no pair of longitude and latitude."
    ),
    "boundary_too_many": gettext_noop(
        "The boundary has %(count)d points; simplify it to at most %(limit)d."
    ),
    "boundary_too_few": gettext_noop(
        "Ring %(ring)d of the boundary needs at least three corners, with the first one repeated "
        "at the end."
    ),
    "boundary_open": gettext_noop(
        "Ring %(ring)d of the boundary is open: repeat its first point at the end."
    ),
    "boundary_crosses": gettext_noop(
        "Ring %(ring)d of the boundary crosses itself: give its corners in order."
    ),
}


_EXAMPLES = {"example": "鲁P12345", "small": "鲁PD12345", "large": "鲁P12345D"}


def sentence(problem: Problem) -> str:
    return _(_SENTENCES[problem.code]) % {**_EXAMPLES, **problem.values}


def check(problem: Problem | None, *, field: str) -> None:
    """Raise ``Invalid`` for ``field`` where a rule found something."""
    if problem is not None:
        raise Invalid(sentence(problem), field=field)


def refuse(text: Any, *, field: str = "") -> NoReturn:
    raise Invalid(text, field=field)
