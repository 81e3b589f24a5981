"""Number plates (GA 36): ordinary ones of seven characters, new-energy ones of eight."""

import re

from wufei.hub.registry.rules.codes import tidy
from wufei.hub.registry.rules.problems import Problem, problem

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_SERIAL = "[A-HJ-NP-Z0-9]"
_ORDINARY = re.compile(rf"[{PROVINCES}][A-Z](?:{_SERIAL}{{5}}|{_SERIAL}{{4}}[挂学警领试超])")
# Small vehicles: a letter in third place; large ones: a letter at the end. D, A, B, C, E run on
# electricity alone, F, G, H, J, K also on fuel.
_SMALL_ELECTRIC = re.compile(rf"[{PROVINCES}][A-Z][ABCDEFGHJK]{_SERIAL}[0-9]{{4}}")
_LARGE_ELECTRIC = re.compile(rf"[{PROVINCES}][A-Z][0-9]{{5}}[ABCDEFGHJK]")
# Tractors: the authority's two digits instead of a letter.
_TRACTOR = re.compile(rf"[{PROVINCES}][0-9]{{2}}[A-HJ-NP-Z0-9][0-9]{{4}}")


def tidy_plate(text: str) -> str:
    """``鲁P·12 345`` → ``鲁P12345``."""
    return tidy(text)


def new_energy(plate: str) -> bool:
    return len(plate) == 8 and plate_problem(plate) is None and not plate[1].isdigit()


def plate_problem(plate: str) -> Problem | None:
    """What keeps a tidied ``plate`` from being one."""
    if not plate or plate[0] not in PROVINCES:
        return problem("plate_province", plate=plate)
    if len(plate) not in (7, 8):
        return problem("plate_length", length=len(plate))
    if any(pattern.fullmatch(plate) for pattern in _PATTERNS):
        return None
    if re.search("[IO]", plate[2:]):
        return problem("plate_letter")
    return problem("plate_pattern_8" if len(plate) == 8 else "plate_pattern_7")


_PATTERNS = (_ORDINARY, _SMALL_ELECTRIC, _LARGE_ELECTRIC, _TRACTOR)
