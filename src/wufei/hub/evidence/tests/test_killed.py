"""``kill -9`` of the sequencer in the middle: nothing is lost, nothing is numbered twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from wufei.hub.base.actor import system
from wufei.hub.evidence.models import Leaf, Pending
from wufei.hub.evidence.services.sequencing import sequence_all
from wufei.hub.evidence.tests.conftest import assert_gapless
from wufei.hub.evidence.tests.test_sequencing import arising
from wufei.hub.evidence.verify import verify
from wufei.hub.ledger import services as ledger
from wufei.hub.ledger.models import Movement

SEQUENCER = Path(__file__).with_name("sequencer.py")


def start():
    return subprocess.Popen([sys.executable, str(SEQUENCER)], env=os.environ)


def until_more_than(count, process):
    deadline = time.monotonic() + 60
    while Leaf.objects.count() <= count:
        assert process.poll() is None, "the sequencer ended by itself"
        assert time.monotonic() < deadline, "the sequencer does nothing"
        time.sleep(0.005)


def test_a_sequencer_killed_in_the_middle_loses_nothing_and_repeats_nothing(real_district):
    for _round in range(3):
        before = Leaf.objects.count()
        for _n in range(60):
            ledger.post([arising(real_district)], by=system("test"), cause="test")
        process = start()
        try:
            until_more_than(before + 5, process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert Pending.objects.exists(), "it was killed too late to be in the middle"
    sequence_all()
    assert Leaf.objects.count() == Movement.objects.count() == 180
    assert_gapless()
    assert verify().faults == []
