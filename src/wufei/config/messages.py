"""Words in two languages: ``python -m wufei.config.messages update|compile|check [app…]``.

Message ids are English; each app keeps its Chinese in ``locale/zh_Hans/LC_MESSAGES/django.po``.
Babel does what GNU gettext would, so nothing has to be installed beside Python.
"""

import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "zh_Hans"
# Folders that have a locale of their own; a file belongs to the longest one it lies in.
APPS = (
    "ui",
    "config",
    "demo",
    "domains",
    *sorted(f"hub/{folder.name}" for folder in (ROOT / "hub").iterdir() if folder.is_dir()),
)
_KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_HEADER = """\
# Chinese words of Wufei. Ids are the English texts in the code.
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_PLACE = re.compile(r"%(?:\(\w+\))?[sdif]|\{\w*\}")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SKIPPED = {"tests", "migrations", "locale", "static", "__pycache__"}


@dataclass(frozen=True)
class Word:
    """A text found in the code: an id, or a pair of singular and plural."""

    id: str | tuple[str, str]
    context: str | None
    place: str

    @property
    def key(self) -> tuple[str, str | None]:
        return (self.id if isinstance(self.id, str) else self.id[0], self.context)


def main(arguments: Sequence[str]) -> int:
    actions = {"update": update, "compile": compile_app, "check": check}
    if not arguments or arguments[0] not in actions:
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    action, apps = actions[arguments[0]], _chosen(arguments[1:])
    problems = [problem for app in apps for problem in action(app)]
    if action is check:
        problems += conflicts(apps)
    for problem in problems:
        print(problem)  # noqa: T201
    return 1 if problems else 0


def _chosen(wanted: Sequence[str]) -> list[str]:
    """``base`` and ``hub/base`` both name the app; none means all."""
    chosen = [app for app in APPS if not wanted or app in wanted or Path(app).name in wanted]
    if not chosen:
        raise SystemExit(f"no such app: {' '.join(wanted)}; there are {' '.join(APPS)}")
    return chosen


def update(app: str) -> list[str]:
    """Add what is new with an empty translation, drop what is gone, keep the rest."""
    words, before = list(find_words(app)), read(app)
    if not words and not po_file(app).exists():
        return []
    after = Catalog(locale=LANGUAGE)
    for word in words:
        old = before.get(word.key[0], word.context)
        after.add(word.id, _kept(word, old), context=word.context)
    buffer = io.BytesIO()
    write_po(
        buffer, after, omit_header=True, no_location=True, sort_output=True, ignore_obsolete=True
    )
    path = po_file(app)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEADER + buffer.getvalue().decode().strip("\n") + "\n")
    return []


def _kept(word: Word, old: Message | None) -> Any:
    """The old translation in the shape that the id asks for: plurals have a tuple."""
    plain = _text(old) if old else ""
    return plain if isinstance(word.id, str) else (plain,)


def compile_app(app: str) -> list[str]:
    path = po_file(app)
    if path.exists():
        _compile(path)
    return []


def compile_stale() -> None:
    """Compile what is older than its source; cheap when nothing is. Safe in several processes."""
    for app in APPS:
        path = po_file(app)
        if not path.exists():
            continue
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            _compile(path)


def _compile(path: Path) -> None:
    with path.open("rb") as handle:
        catalog = read_po(handle, locale=LANGUAGE)
    draft = path.with_suffix(f".mo.{os.getpid()}")
    with draft.open("wb") as handle:
        write_mo(handle, catalog)
    draft.replace(path.with_suffix(".mo"))


def check(app: str) -> list[str]:
    """What is untranslated, left over or spoilt; one line each, naming the place."""
    catalog, words = read(app), {word.key: word for word in find_words(app)}
    problems = []
    for key, word in words.items():
        problems += [
            f"{word.place}: {problem}: {key[0]!r}" for problem in _flaws(word, catalog.get(*key))
        ]
    for message in catalog:
        if message.id and (_first(message.id), message.context) not in words:
            problems.append(f"{po_file(app)}: no longer used: {_first(message.id)!r}")
    for path in _files(app, ".html"):
        problems += [f"{_shown(path)}: {flaw}" for flaw in untranslated(path.read_text())]
    return problems


def conflicts(apps: Sequence[str]) -> list[str]:
    """Ids that two apps translate differently: Django would show one of them in both."""
    seen: dict[tuple[str, str | None], tuple[str, str]] = {}
    problems = []
    for app in apps:
        for message in read(app):
            text = _text(message)
            if not message.id or not text:
                continue
            key = (_first(message.id), message.context)
            other, before = seen.setdefault(key, (app, text))
            if before != text:
                problems.append(f"{other} says {before!r} and {app} says {text!r} for {key[0]!r}")
    return problems


def _flaws(word: Word, message: Message | None) -> Iterator[str]:
    if _CJK.search("".join(word.id)):
        yield "the id must be English"
    if message is None:
        yield "missing (run update)"
        return
    text = _text(message)
    if not text:
        yield "untranslated"
    elif message.fuzzy:
        yield "fuzzy"
    elif _places(text) != _places(word.id if isinstance(word.id, str) else word.id[1]):
        yield "the translation has other placeholders"


def _text(message: Message) -> str:
    """The translation; Chinese has one form for singular and plural."""
    text = message.string or ""
    return str(text if isinstance(text, str) else text[0])


def _places(text: str) -> set[str]:
    return set(_PLACE.findall(text.replace("%%", "")))


def _first(identity: Any) -> str:
    return str(identity if isinstance(identity, str) else identity[0])


_CODE = re.compile(
    r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%\s*blocktrans.*?endblocktrans(?:late)?\s*%}"
    r"|{%\s*block (?:body_class|width)\s*%}.*?{%\s*endblock\s*%}"
    r"|<script.*?</script>|<title>|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
_SPOKEN = re.compile(r"\b(?:aria-label|title|placeholder|alt|data-confirm|hx-confirm)=\"([^\"]*)\"")
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
# A page that stands alone (an error page) names its language and says everything twice.
_WHOLLY_FOREIGN = re.compile(r"<html[^>]*\blang=\"[^\"{]+\"")
_FOREIGN = re.compile(r"<[^>]*\blang=\"[^\"{]*\"[^>]*>[^<]*", re.DOTALL)


def untranslated(template: str) -> list[str]:
    """Words that a template says in one language only. ``lang="…"`` on an element excuses it."""
    if _WHOLLY_FOREIGN.search(template):
        return []
    rest = _FOREIGN.sub(" ", _CODE.sub("", template))
    spoken = [*_SPOKEN.findall(rest), *_TAG.sub("\n", rest).splitlines()]
    return [
        f"not translatable: {text.strip()!r}"
        for text in spoken
        if re.search(r"[A-Za-z]{3}", re.sub(r"&\w+;", "", text)) or _CJK.search(text)
    ]


def find_words(app: str) -> Iterator[Word]:
    """Every text marked for translation in the app's Python files and templates."""
    for path in _files(app, ".py"):
        with path.open("rb") as handle:
            yield from _extracted(handle, path)
    for path in [*_files(app, ".html"), *_files(app, ".txt")]:
        yield from _extracted(io.BytesIO(_template_as_python(path).encode()), path)


def _extracted(handle: Any, path: Path) -> Iterator[Word]:
    for line, identity, _comments, context in extract("python", handle, keywords=_KEYWORDS):
        if isinstance(identity, tuple):
            identity = (identity[0], identity[1])
        if identity:
            yield Word(identity, context, f"{_shown(path)}:{line}")


def _template_as_python(path: Path) -> str:
    from django.utils.translation.template import templatize

    text: str = templatize(path.read_text(), origin=str(path))
    # What is left of the markup has an indentation of its own; Python's tokenizer would mind.
    return "\n".join(line.strip() for line in text.splitlines())


def _files(app: str, suffix: str) -> list[Path]:
    folder = ROOT / app
    inner = [ROOT / other for other in APPS if other != app and other.startswith(f"{app}/")]
    return [
        path
        for path in sorted(folder.rglob(f"*{suffix}"))
        if not _SKIPPED & set(path.relative_to(folder).parts)
        and not any(path.is_relative_to(other) for other in inner)
    ]


def read(app: str) -> Catalog:
    path = po_file(app)
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as handle:
        return read_po(handle, locale=LANGUAGE, abort_invalid=True)


def po_file(app: str) -> Path:
    return ROOT / app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
    raise SystemExit(main(sys.argv[1:]))
