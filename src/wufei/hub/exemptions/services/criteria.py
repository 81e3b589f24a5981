"""Set a limit: standards change, and places know theirs."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wufei.hub.audit.services import record
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid
from wufei.hub.exemptions.models import Criterion

EDIT = "exemptions.criterion.edit"
_NAMES = ("limit", "unit", "method", "source", "grade")


def save_criterion(
    criterion: Criterion | None, values: Mapping[str, Any], actor: Actor
) -> Criterion:
    """Add a limit, or set one anew; claims keep what they were measured against.

    ``values``: limit, unit, method, source, grade; for a new one also edition, item, effects,
    code, name, name_en and validity.
    """
    actor.require(EDIT)
    with transaction.atomic():
        if criterion is None:
            saved = _add(values)
        else:
            saved = Criterion.objects.select_for_update().get(pk=criterion.pk)
            before = {name: str(getattr(saved, name)) for name in _NAMES}
            for name in _NAMES:
                setattr(saved, name, values.get(name, getattr(saved, name)))
            saved.save(update_fields=_NAMES)
        told = {name: str(getattr(saved, name)) for name in _NAMES}
        record(
            actor,
            f"exemptions:criterion:{'edit' if criterion else 'create'}",
            subject=f"exemptions.criterion:{saved.edition}.{saved.item}.{saved.code}",
            values={"now": told, "before": before} if criterion else {"now": told},
        )
        return saved


def _add(values: Mapping[str, Any]) -> Criterion:
    try:
        with transaction.atomic():
            return Criterion.objects.create(**values)
    except IntegrityError as error:
        raise Invalid(_("There is a limit of this code already: edit it."), field="code") from error
