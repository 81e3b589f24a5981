"""Names that may mean the same organisation."""

import re
from difflib import SequenceMatcher

from wufei.hub.registry.models import Organisation
from wufei.hub.registry.pinyin import initials

# Words that say where a firm is and what form it has, not which one it is.
_COMMON = re.compile(
    r"山东省?|聊城市?|东昌府区?|江北水城|旅游度假区|度假区|股份|有限|责任|公司|集团|分公司|厂|[()（）\s]"
)
RATIO_MIN = 0.8
CANDIDATES_MAX = 2000


def core(name: str) -> str:
    """What is left of a name without place and legal form: 聊城市湖畔铝材有限公司 → 湖畔铝材."""
    return _COMMON.sub("", name) or name


def organisations(name: str) -> list[Organisation]:
    """Organisations whose names resemble ``name``, the nearest first.

    Candidates share two neighbouring pinyin initials of the core, so that a word written with
    another character of the same sound is found and the search stays short.
    """
    wanted = core(name.strip())
    if len(wanted) < 2:
        return []
    candidates = Organisation.objects.filter(pinyin__contains=initials(wanted)[:2])
    scored = [
        (SequenceMatcher(None, wanted, core(found.name)).ratio(), found)
        for found in candidates.only("name", "uuid")[:CANDIDATES_MAX]
    ]
    near = [pair for pair in scored if pair[0] >= RATIO_MIN]
    return [found for _ratio, found in sorted(near, key=lambda pair: -pair[0])]
