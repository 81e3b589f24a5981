"""Check a receipt that somebody brings: what it proves, step by step, and what it does not.

Nothing is believed that can be computed, and nothing of the receipt is looked up but its place in
the log. docs/verify_receipt.py does the first steps again without Wufei.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from wufei.hub.evidence import store, tree
from wufei.hub.evidence.entries import text_hash
from wufei.hub.evidence.models import Leaf
from wufei.hub.evidence.receipts import FORMAT
from wufei.hub.evidence.refusals import NoReceipt
from wufei.hub.evidence.services import keys
from wufei.hub.evidence.services.roots import SHANGHAI

BYTES_MAX = 64_000
_PATH_MAX = 64
_LARGEST = 2**62
# What a text of the wrong shape can raise while it is read.
_WRONG = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
GOOD, OPEN, BAD = "good", "attention", "bad"


@dataclass(frozen=True)
class Step:
    """One thing that was checked: ``state`` is good, attention (not yet) or bad."""

    code: str
    state: str
    text: str


@dataclass(frozen=True)
class Given:
    """A receipt of the right shape; nothing of it is proven yet."""

    entry: str
    record: Mapping[str, Any]
    disclosed: Mapping[str, tuple[bytes, str]]
    hash: bytes
    number: int | None
    size: int
    path: Sequence[bytes]
    whole: bytes
    root: Mapping[str, str] | None


@dataclass(frozen=True)
class Result:
    given: Given
    steps: Sequence[Step]

    @property
    def state(self) -> str:
        """The worst of all steps."""
        states = {step.state for step in self.steps}
        return BAD if BAD in states else OPEN if OPEN in states else GOOD


def check(text: str) -> Result:
    """Everything that can be checked; raises ``NoReceipt`` where it cannot be read."""
    given = read(text)
    return Result(given, list(_steps(given)))


# Reading.
def read(text: str) -> Given:
    if len(text.encode(errors="replace")) > BYTES_MAX:
        raise NoReceipt(_("it is longer than %(count)s bytes") % {"count": f"{BYTES_MAX:,}"})
    try:
        return _given(_json(text))
    except _WRONG as error:
        raise NoReceipt(_problem(error)) from error


def _problem(error: Exception) -> str:
    match error:
        case KeyError():
            return _("it lacks %(name)s") % {"name": str(error)[:40]}
        case json.JSONDecodeError():
            return _("it is no JSON (line %(line)s)") % {"line": error.lineno}
        case _:
            return _("something in it is not as it should be")


def _given(told: Any) -> Given:
    if told["format"] != FORMAT:
        raise ValueError("another format")
    entry, leaf, proof, root = told["entry"], told["leaf"], told["proof"], told["root"]
    record = _json(_text(entry))
    if not isinstance(record, dict) or not isinstance(record["personal"], dict):
        raise TypeError("an entry is an object")
    if len(path := proof["path"] if proof else []) > _PATH_MAX:
        raise ValueError("no path is so long")
    return Given(
        entry=entry,
        record=record,
        disclosed={
            str(name): (bytes.fromhex(one["salt"]), _text(one["value"]))
            for name, one in told["disclosed"].items()
        },
        hash=_hash(leaf["hash"]),
        number=None if leaf["number"] is None else _whole(leaf["number"]),
        size=_whole(proof["size"]) if proof else 0,
        path=[_hash(one) for one in path],
        whole=_hash(proof["root"]) if proof else b"",
        root={name: _text(root[name]) for name in ("note", "signature", "public_key")}
        if root
        else None,
    )


def _json(text: str) -> Any:
    found = json.loads(text)
    # Halves of surrogate pairs can be written in JSON, and shown nowhere.
    json.dumps(found, ensure_ascii=False).encode()
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _LARGEST:
        raise TypeError("not a whole number")
    return value


def _hash(value: Any) -> bytes:
    found = bytes.fromhex(_text(value))
    if len(found) != tree.HASH_BYTES:
        raise ValueError("not a hash")
    return found


# Checking.
def _steps(given: Given) -> Iterator[Step]:
    yield _leaf(given)
    yield from _disclosed(given)
    if given.number is None or not given.size:
        yield Step("proof", OPEN, _("It has no proof yet: the log numbers it within seconds."))
        return
    yield _included(given)
    yield (
        _signed(given)
        if given.root
        else Step(
            "root", OPEN, _("No signed root holds it yet: the day's root is signed after midnight.")
        )
    )
    yield _still(given)


def _leaf(given: Given) -> Step:
    if tree.leaf_hash(given.entry.encode()) == given.hash:
        return Step("leaf", GOOD, _("The leaf is the hash of exactly this content."))
    return Step("leaf", BAD, _("The content was changed: the leaf is not its hash."))


def _disclosed(given: Given) -> Iterator[Step]:
    for name, (salt, value) in given.disclosed.items():
        told = given.record["personal"].get(name)
        if told == text_hash(salt, value.encode()):
            text = _("The disclosed field “%(name)s” is the one in the leaf.")
            yield Step("disclosed", GOOD, text % {"name": name[:40]})
        else:
            text = _("The disclosed field “%(name)s” is not the one in the leaf.")
            yield Step("disclosed", BAD, text % {"name": name[:40]})


def _included(given: Given) -> Step:
    assert given.number is not None, "a proof has a place"
    if tree.proves_inclusion(given.hash, given.number, given.size, given.path, given.whole):
        text = _("The path leads from leaf %(number)s to the root over %(size)s leaves.")
        values = {"number": f"{given.number:,}", "size": f"{given.size:,}"}
        return Step("proof", GOOD, text % values)
    return Step("proof", BAD, _("The path does not lead from this leaf to the root."))


def _signed(given: Given) -> Step:
    assert given.root is not None, "there is a root"
    note = given.root["note"]
    try:
        told = _json(note)
        at = datetime.fromisoformat(told["at"])
        fits = bytes.fromhex(told["hash"]) == given.whole and told["size"] == given.size
        public = bytes.fromhex(given.root["public_key"])
        signature = bytes.fromhex(given.root["signature"])
        ours = told["log"] == keys.log_id() and told["key"] == keys.code_of(public)
        trusted = at.tzinfo is not None and keys.trusted(told["key"], at, keys.validities())
    except _WRONG:
        return Step("root", BAD, _("The root's text cannot be read."))
    if not fits:
        return Step("root", BAD, _("The signed root is not the one that the path leads to."))
    if not keys.is_signed(public, note, signature):
        return Step("root", BAD, _("The signature under the root is wrong."))
    if not ours or not trusted:
        return Step(
            "root", BAD, _("The root is signed, but not with a key of this log at the time.")
        )
    text = _("The root was signed on %(day)s with the log's key %(key)s.")
    shown = at.astimezone(SHANGHAI).strftime("%Y-%m-%d")
    return Step("root", GOOD, text % {"day": told["day"] or shown, "key": told["key"]})


def _still(given: Given) -> Step:
    """Whether the log, as it is today, still has all that the receipt's root was over."""
    size = store.size()
    if given.size > size:
        return Step("log", BAD, _("The log here is shorter than the receipt says: it was cut."))
    leaf = Leaf.objects.filter(number=given.number or 0).first()
    same = leaf is not None and bytes(leaf.hash) == given.hash
    if same and tree.root(given.size, store.fetch) == given.whole:
        text = _("The log of today has the same leaf there, and the same root up to it.")
        return Step("log", GOOD, text)
    return Step("log", BAD, _("The log here says something else today: it was rewritten."))
