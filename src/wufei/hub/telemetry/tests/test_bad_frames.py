from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from wufei.hub.telemetry import badframes
from wufei.hub.telemetry.models import BadFrame

pytestmark = pytest.mark.django_db


def bad(**values):
    return BadFrame(
        **{
            "received_at": now(),
            "terminal": "000000000001",
            "reason": BadFrame.Reason.CHECKSUM,
            "frame": b"\x7e\x7e",
            **values,
        }
    )


def test_a_bad_frame_is_kept_with_its_reason_and_cut_off_when_it_is_long():
    badframes.keep([bad(frame=b"\x01" * 5_000, detail="d" * 500)])
    kept = BadFrame.objects.get()
    assert bytes(kept.frame) == b"\x01" * BadFrame.FRAME_BYTES_MAX
    assert kept.detail == "d" * 200


def test_bad_frames_go_after_their_time_and_no_sooner():
    young, old = now() - timedelta(days=29), now() - timedelta(days=31)
    badframes.keep([bad(received_at=old), bad(received_at=young)])
    assert badframes.prune(now()) == 1
    assert BadFrame.objects.get().received_at == young


def test_the_database_knows_every_reason_and_no_other():
    badframes.keep(bad(reason=reason) for reason in BadFrame.Reason)
    with pytest.raises(IntegrityError), transaction.atomic():
        badframes.keep([bad(reason="mood")])
