"""What codes look like, what people type for them, and what is exempt. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, Protocol, TypeVar

from wufei.hub.registry.pinyin import initials

# 行业代码 3 - 顺序 3 - 类别 2, National catalogue of hazardous wastes, article 5.
HAZARDOUS_CODE = re.compile(r"(\d{3})-(\d{3})-(\d{2})")
# 行业 3 - 顺序 3 - S01..S99, catalogue of solid waste categories and codes (2024, draft here).
SOLID_CODE = re.compile(r"\d{3}-\d{3}-S\d{2}|SW\d{2}")
LOCAL_CODE = re.compile(r"LC-[a-z0-9]+(-[a-z0-9]+)*")

# Letters of the hazard properties, catalogue article 2 and GB 5085.
HAZARDS = "TCIR"
INFECTIOUS = "In"


class Exempted(Protocol):
    """What ``exempt`` asks of an exemption (``models.Exemption`` has it)."""

    codes: Any
    stage: Any
    validity: Any


AnyExempted = TypeVar("AnyExempted", bound=Exempted)


def exempt(
    code: str, stage: str, day: date, among: Iterable[AnyExempted], *, source: str = ""
) -> Iterator[AnyExempted]:
    """Exemptions that may be claimed for ``code`` at ``stage`` on ``day``.

    Each holds only under its own condition, which a person confirms with the evidence it names.
    ``source`` is where the waste came from where no code tells: household, emergency, legacy.
    Without a stage, those of all stages.
    """
    for exemption in among:
        if (
            day in exemption.validity
            and _covers_stage(exemption.stage, stage)
            and _covers_code(exemption.codes, code, source)
        ):
            yield exemption


def _covers_stage(covered: str, stage: str) -> bool:
    return not stage or covered == "all" or stage in covered.split("_")


def _covers_code(patterns: Collection[str], code: str, source: str) -> bool:
    category = category_of(code)
    if not category:
        return False
    wanted = {code, category, "*", f"@{source}"}
    return not wanted.isdisjoint(patterns)


def category_of(code: str) -> str:
    """HW08 of 900-214-08; "" for anything that is no hazardous code."""
    found = HAZARDOUS_CODE.fullmatch(code)
    return f"HW{found[3]}" if found else ""


def tidy(text: str) -> str:
    """What was typed, as codes and names are written: half-width, one blank, long dashes short."""
    text = unicodedata.normalize("NFKC", text.replace("\0", ""))
    return " ".join(re.sub("[\u2010-\u2015\u2212]", "-", text).split())


def as_code(text: str) -> str:
    """The code that was probably meant: ``90021408`` → 900-214-08, ``hw08`` → HW08, lc-… → LC-…."""
    text = tidy(text).replace(" ", "")
    digits = text.replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) == 8:
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    if re.fullmatch(r"(?i)[hs]w\d{2}", text):
        return text.upper()
    if text.lower().startswith("lc-"):
        return "LC-" + text[3:].lower()
    return text.upper() if re.fullmatch(r"(?i)\d{3}-\d{3}-s\d{2}", text) else text


def search_key(code: str, name: str, category_name: str, keywords: str) -> str:
    """Pinyin initials of name, category and keywords, one word each, and the code's bare digits."""
    words = [initials(word) for word in (name, category_name, *keywords.split())]
    if HAZARDOUS_CODE.fullmatch(code):
        words.append(code.replace("-", ""))
    return " ".join(filter(None, words))[:250]


def hazard_letters(hazard: str) -> list[str]:
    """``T/C/I/R`` as a list, in the order of the catalogue."""
    return [letter for letter in hazard.split("/") if letter]


def known_hazard(hazard: str) -> bool:
    return all(letter in (*HAZARDS, INFECTIOUS) for letter in hazard_letters(hazard))


def fits_edition(code: str, edition: str) -> bool:
    """Whether a code has the form of its edition's codes."""
    form = {"HW": HAZARDOUS_CODE, "SW": SOLID_CODE}.get(edition[:2], LOCAL_CODE)
    return form.fullmatch(code) is not None
