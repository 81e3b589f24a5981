"""Every write of the catalogue. What is published is loaded, not edited; our own codes are."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.catalogue import declarations, shipped
from wufei.hub.catalogue.models import LOCAL, Edition, Exemption, WasteType
from wufei.hub.catalogue.refusals import (
    CodeTaken,
    NotOurs,
    StreamIsFixed,
    WrongCode,
    WrongOfficialFile,
)
from wufei.hub.catalogue.rules import as_code, category_of, fits_edition, known_hazard, search_key
from wufei.hub.registry.validity import last_day, period

_EDITABLE = ("name", "name_en", "keywords", "hazard")
_PROBLEMS_SHOWN_MAX = 5


def load(
    waste_type: type[Any] = WasteType,
    edition: type[Any] = Edition,
    exemption: type[Any] = Exemption,
) -> int:
    """Add and renew the shipped data; returns the number of waste types.

    Our own codes that exist are left as they are, since people edit them; published ones take
    the shipped labels. Official wording and closed validity stay. Models are passed by the data
    migration, which has its own.
    """
    rows = shipped.waste_types()
    published = [waste_type(**row) for row in rows if row["edition"] != LOCAL]
    ours = [waste_type(**row) for row in rows if row["edition"] == LOCAL]
    kept = {"code", "edition", "validity", "keywords", "pinyin"}
    with transaction.atomic():
        _renew(edition, shipped.editions(), ["code"])
        _renew(exemption, shipped.exemptions(), ["edition", "position"])
        waste_type.objects.bulk_create(
            published,
            update_conflicts=True,
            unique_fields=["code", "edition"],
            update_fields=sorted(set().union(*rows) - kept),
        )
        waste_type.objects.bulk_create(ours, ignore_conflicts=True)
    return len(rows)


def _renew(model: type[Any], rows: list[dict[str, Any]], key: list[str]) -> None:
    model.objects.bulk_create(
        [model(**row) for row in rows],
        update_conflicts=True,
        unique_fields=key,
        update_fields=[name for name in rows[0] if name not in key],
    )


def save(waste_type: WasteType | None, values: Mapping[str, Any], actor: Actor) -> WasteType:
    """The service behind the form: add a code, or edit one."""
    return edit(waste_type, values, actor) if waste_type else add(values, actor)


def add(values: Mapping[str, Any], actor: Actor) -> WasteType:
    """A code that did not ship: our own (``LC-…``), or one of an edition whose entries we lack.

    ``values``: code, name, stream; optionally edition, name_en, keywords, hazard, since, until.
    """
    actor.require("catalogue.waste.edit")
    edition = values.get("edition") or LOCAL
    code = as_code(values["code"])
    _check_code(code, edition)
    stream = _stream(values["stream"])
    _check_hazard(values.get("hazard", ""))
    made = WasteType(
        code=code,
        edition=edition,
        domain=declarations.domain_of(stream.code).code,
        stream=stream.code,
        name=values["name"],
        name_en=values.get("name_en") or "",
        keywords=values.get("keywords") or "",
        hazard=values.get("hazard") or "",
        category=category_of(code),
        draft=Edition.objects.filter(code=edition, status=Edition.Status.DRAFT).exists(),
        validity=period(values.get("since"), values.get("until")),
    )
    _name_category(made)
    made.pinyin = search_key(made.code, made.name, made.category_name, made.keywords)
    with transaction.atomic():
        try:
            # A savepoint: the refusal is for the caller, whose transaction may go on.
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as taken:
            raise CodeTaken(code=code, edition=edition, field="code") from taken
        record(actor, "catalogue:waste:create", subject=_subject(made), values={"code": code})
    return made


def edit(waste_type: WasteType, values: Mapping[str, Any], actor: Actor) -> WasteType:
    """Change names and search words; of a published code only the search words."""
    actor.require("catalogue.waste.edit")
    if values.get("stream", waste_type.stream) != waste_type.stream:
        raise StreamIsFixed(code=waste_type.code, field="stream")
    _check_hazard(values.get("hazard", ""))
    with transaction.atomic():
        held = WasteType.objects.select_for_update().get(pk=waste_type.pk)
        new = {name: values[name] or "" for name in _EDITABLE if name in values}
        changed = {name: value for name, value in new.items() if value != getattr(held, name)}
        if not held.local and changed.keys() - {"keywords"}:
            field = min(changed.keys() - {"keywords"})
            raise NotOurs(code=held.code, edition=held.edition, field=field)
        if not changed:
            return held
        for name, value in changed.items():
            setattr(held, name, value)
        held.pinyin = search_key(held.code, held.name, held.category_name, held.keywords)
        held.save(update_fields=[*changed, "pinyin"])
        record(actor, "catalogue:waste:edit", subject=_subject(held), values={"fields": [*changed]})
    return held


def close(waste_type: WasteType, last: date, actor: Actor) -> WasteType:
    """``last`` is the last day on which the code may be used; what was booked stays."""
    actor.require("catalogue.waste.edit")
    with transaction.atomic():
        held = WasteType.objects.select_for_update().get(pk=waste_type.pk)
        first = held.validity.lower
        if last < first:
            text = _("The code is valid from %(first)s on: give a later last day.")
            raise Invalid(text % {"first": first}, field="last")
        held.validity = period(first, last)
        held.save(update_fields=["validity"])
        values = {"last": last.isoformat()}
        record(actor, "catalogue:waste:close", subject=_subject(held), values=values)
    return held


def write_row(values: Mapping[str, Any], actor: Actor) -> WasteType:
    """One imported row: adds the code, or edits it where it exists; ``until`` closes it.

    Without an edition the code alone names a known waste; a new one is our own.
    """
    edition, code = values.get("edition") or "", as_code(values["code"])
    same_code = WasteType.objects.filter(code=code)
    known = (same_code.filter(edition=edition) if edition else same_code).last()
    with transaction.atomic():
        saved = save(known, {**values, "code": code, "edition": edition}, actor)
        until = values.get("until")
        if known is not None and until and until != last_day(saved.validity):
            saved = close(saved, until, actor)
    return saved


def import_official(rows: Iterable[Mapping[str, str]], edition: str, actor: Actor) -> int:
    """Take the official wording of an edition from ``rows`` (code, description, hazard).

    All or nothing: the file must have exactly the edition's codes with their hazard letters.
    Returns how many entries were worded.
    """
    actor.require("catalogue.waste.import")
    wording = list(rows)
    with transaction.atomic():
        held = {w.code: w for w in WasteType.objects.select_for_update().filter(edition=edition)}
        published = Edition.objects.filter(code=edition).first()
        if problems := list(_differences(wording, held, published)):
            shown = "; ".join(problems[:_PROBLEMS_SHOWN_MAX])
            raise WrongOfficialFile(edition=edition, problems=shown)
        for row in wording:
            held[row["code"]].official_text = row["description"].strip()
        WasteType.objects.bulk_update(held.values(), ["official_text"], batch_size=500)
        subject, values = f"catalogue.edition:{edition}", {"entries": len(wording)}
        record(actor, "catalogue:official:import", subject=subject, values=values)
    return len(wording)


def _differences(
    rows: list[Mapping[str, str]], held: Mapping[str, WasteType], edition: Edition | None
) -> Iterable[str]:
    if edition is None or edition.status != Edition.Status.OFFICIAL or not held:
        yield _("the codes of this edition are not in the catalogue")
        return
    if rows and not {"code", "description"} <= rows[0].keys():
        yield _("the first line must name the columns code and description")
        return
    if len(rows) != edition.entries:
        counts = {"rows": len(rows), "entries": edition.entries}
        yield _("%(rows)d rows instead of %(entries)d") % counts
    seen: set[str] = set()
    for row in rows:
        yield from _row_differences(row, held.get(row["code"]), seen)
        seen.add(row["code"])
    if missing := sorted(held.keys() - seen):
        yield _("without %(codes)s") % {"codes": ", ".join(missing[:3])}


def _row_differences(
    row: Mapping[str, str], known: WasteType | None, seen: set[str]
) -> Iterable[str]:
    code = {"code": row["code"]}
    if row["code"] in seen:
        yield _("%(code)s stands there twice") % code
    elif known is None:
        yield _("%(code)s is no code of this edition") % code
    elif not (row["description"] or "").strip():
        yield _("%(code)s has no description") % code
    elif row.get("hazard") not in (None, "", known.hazard):
        hazards = code | {"there": row["hazard"], "here": known.hazard}
        yield _("%(code)s has the hazards %(there)s instead of %(here)s") % hazards


def _check_code(code: str, edition: str) -> None:
    if not Edition.objects.filter(code=edition).exists():
        raise Invalid(_("There is no such edition."), field="edition")
    if not fits_edition(code, edition) or len(code) > 30:
        raise WrongCode(code=code, edition=edition, field="code")


def _check_hazard(hazard: str | None) -> None:
    if hazard and not known_hazard(hazard):
        text = _("Write hazard properties as T, C, I, R or In, with slashes between: T/I.")
        raise Invalid(text, field="hazard")


def _stream(code: str) -> declarations.Stream:
    try:
        return declarations.stream(code)
    except KeyError:
        raise Invalid(
            _("No domain declares the stream %(code)s.") % {"code": code}, field="stream"
        ) from None


def _name_category(made: WasteType) -> None:
    if made.category:
        same = WasteType.objects.filter(category=made.category).exclude(category_name="").first()
        if same:
            made.category_name = same.category_name
            made.category_name_en = same.category_name_en


def _subject(waste_type: WasteType) -> str:
    return f"catalogue.waste:{waste_type.edition}.{waste_type.code}"
