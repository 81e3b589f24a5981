"""How tests say that something is refused, and that nothing was written."""

import pytest

from wufei.hub.audit.models import AuditEvent
from wufei.hub.base.errors import Refusal
from wufei.hub.ledger.models import Booking, Movement
from wufei.hub.manifests.models import Manifest, Signature


def written():
    counted = (Manifest, Signature, Movement, Booking, AuditEvent)
    return [rows.objects.count() for rows in counted]


def refused(deed, code, field=None):
    """``deed`` is refused with ``code`` (at ``field``), in words, and leaves nothing behind."""
    before = written()
    with pytest.raises(Refusal) as caught:
        deed()
    assert (caught.value.code, str(caught.value) != "") == (code, True)
    assert "%(" not in str(caught.value)
    if field is not None:
        assert caught.value.field == field
    assert written() == before
