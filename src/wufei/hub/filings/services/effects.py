"""What follows from a form, once: said beforehand, and done with the acceptance or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED, as_refusal
from wufei.hub.base.rows import insert
from wufei.hub.filings.declarations import Accepted, Effect, Made, Text
from wufei.hub.filings.models import EffectRecord, Version
from wufei.hub.filings.refusals import EffectRefused
from wufei.hub.filings.services.access import type_of
from wufei.hub.filings.services.checking import sections_of, subject_of
from wufei.hub.filings.services.content import read_many


def preview(version: Version) -> list[tuple[Effect, list[Text]]]:
    """What accepting ``version`` would do, effect by effect; writes nothing."""
    effects = type_of(version.filing).effects
    if not effects:
        return []
    ((accepted, made),) = _accepted([(version, version.filing.in_force)])
    return [
        (one, list(one.preview(replace(accepted, made_before=made.get(one.code, ())))))
        for one in effects
    ]


Followed = tuple[Version, Version | None]
_Accepted = tuple[Accepted, Mapping[str, tuple[Made, ...]]]


def run(followed: Sequence[Followed], by: Actor) -> list[list[Made]]:
    """Do what follows from each version, in the caller's transaction, and say what was made.

    Beside each is the one that was in force before. The database refuses a second time. Raises
    ``EffectRefused`` where a service refuses: then nothing of any acceptance may stand.
    """
    made: list[list[Made]] = [[] for _version in followed]
    of_type: dict[str, list[int]] = {}
    for number, (version, _before) in enumerate(followed):
        if type_of(version.filing).effects:
            of_type.setdefault(version.filing.type, []).append(number)
    for numbers in of_type.values():
        accepted = _accepted([followed[number] for number in numbers])
        for effect in type_of(followed[numbers[0]][0].filing).effects:
            for number, things in zip(numbers, _apply(effect, accepted, by), strict=True):
                made[number] += things
    return made


def _apply(effect: Effect, accepted: Sequence[_Accepted], by: Actor) -> list[list[Made]]:
    given = [replace(one, made_before=made.get(effect.code, ())) for one, made in accepted]
    try:
        # A savepoint: what the database refuses can still be put into words.
        with transaction.atomic():
            if effect.apply_many is not None and len(given) > 1:
                made = [list(some) for some in effect.apply_many(given, by)]
            else:
                made = [list(effect.apply(one, by)) for one in given]
    except REFUSED as error:
        raise EffectRefused(effect.label, as_refusal(error)) from error
    records = [
        EffectRecord(
            version=one.version, effect=effect.code, made=[thing.as_json() for thing in some]
        )
        for one, some in zip(given, made, strict=True)
    ]
    insert(records)
    return made


def _accepted(followed: Sequence[Followed]) -> list[_Accepted]:
    """The versions as effects see them, and what each effect made of those before."""
    earlier = {
        version.pk: before
        for version, before in followed
        if before is not None and before.pk != version.pk
    }
    for version, _before in followed:
        if before := earlier.get(version.pk):
            before.filing = version.filing
    made: dict[int, dict[str, tuple[Made, ...]]] = {}
    for record in EffectRecord.objects.filter(version__in=[*earlier.values()]):
        made.setdefault(record.version_id, {})[record.effect] = tuple(map(_made, record.made))
    read = [*(version for version, _before in followed), *earlier.values()]
    forms = {
        version.pk: form
        for version, form in zip(
            read, read_many([(one, sections_of(one.filing)) for one in read]), strict=True
        )
    }
    found: list[_Accepted] = []
    for version, _before in followed:
        before = earlier.get(version.pk)
        accepted = Accepted(
            version=version,
            form=forms[version.pk],
            subject=subject_of(version.filing),
            before=forms[before.pk] if before else None,
        )
        found.append((accepted, made.get(before.pk, {}) if before else {}))
    return found


def made_of(version: Version) -> list[tuple[str, Made]]:
    """What a version has made, with the code of the effect."""
    return [(one.effect, _made(thing)) for one in version.effects.all() for thing in one.made]


def _made(kept: Mapping[str, str]) -> Made:
    return Made(**kept)
