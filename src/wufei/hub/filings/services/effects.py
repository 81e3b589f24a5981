"""What follows from a form, once: said beforehand, and done with the acceptance or not at all."""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED, as_refusal
from wufei.hub.filings.declarations import Accepted, Effect, Made, Text
from wufei.hub.filings.models import EffectRecord, Version
from wufei.hub.filings.refusals import EffectRefused
from wufei.hub.filings.services.access import type_of
from wufei.hub.filings.services.checking import form_of, subject_of


def preview(version: Version) -> list[tuple[Effect, list[Text]]]:
    """What accepting ``version`` would do, effect by effect; writes nothing."""
    effects = type_of(version.filing).effects
    if not effects:
        return []
    accepted, made = _accepted(version, version.filing.in_force)
    return [
        (one, list(one.preview(replace(accepted, made_before=made.get(one.code, ())))))
        for one in effects
    ]


def run(version: Version, before: Version | None, by: Actor) -> list[Made]:
    """Do what follows from ``version``, in the caller's transaction; the database refuses a
    second time.

    Raises ``EffectRefused`` where a service refuses: then nothing of the acceptance may stand.
    """
    effects = type_of(version.filing).effects
    if not effects:
        return []
    accepted, earlier = _accepted(version, before)
    made: list[Made] = []
    for one in effects:
        made += _apply(one, replace(accepted, made_before=earlier.get(one.code, ())), by)
    return made


def _apply(effect: Effect, accepted: Accepted, by: Actor) -> list[Made]:
    try:
        # A savepoint: what the database refuses can still be put into words.
        with transaction.atomic():
            made = list(effect.apply(accepted, by))
    except REFUSED as error:
        raise EffectRefused(effect.label, as_refusal(error)) from error
    kept = [one.as_json() for one in made]
    EffectRecord.objects.create(version=accepted.version, effect=effect.code, made=kept)
    return made


def _accepted(
    version: Version, before: Version | None
) -> tuple[Accepted, dict[str, tuple[Made, ...]]]:
    """The version as effects see it, and what each made of the one before."""
    if before is not None and before.pk == version.pk:
        before = None
    made: dict[str, tuple[Made, ...]] = {}
    if before is not None:
        before.filing = version.filing
        made = {one.effect: tuple(map(_made, one.made)) for one in before.effects.all()}
    accepted = Accepted(
        version=version,
        form=form_of(version),
        subject=subject_of(version.filing),
        before=form_of(before) if before else None,
    )
    return accepted, made


def made_of(version: Version) -> list[tuple[str, Made]]:
    """What a version has made, with the code of the effect."""
    return [(one.effect, _made(thing)) for one in version.effects.all() for thing in one.made]


def _made(kept: Mapping[str, str]) -> Made:
    return Made(**kept)
