"""What plants report: they treat the live mass some time after it came in."""

import asyncio
import logging
from typing import TYPE_CHECKING

from wufei.demo.simulator.people import Away, Refused
from wufei.demo.simulator.state import Received
from wufei.demo.simulator.trips import Trip
from wufei.demo.simulator.world import Job

if TYPE_CHECKING:
    from wufei.demo.simulator.run import Simulation

# So long a load stands at the plant at least.
_STANDS_S = 1_500.0
_LOOK_S = 5.0
log = logging.getLogger("wufei.simulate")


class Reports:
    """Remembers what came in, lets keepers report treatments, and consignors settle differences."""

    def __init__(self, simulation: "Simulation") -> None:
        self.simulation = simulation

    def received(self, trip: Trip, job: Job) -> None:
        """Mass that was accepted; plants outside the district report to others."""
        if not job.method or not job.in_stock:
            return
        key = f"{trip.target}:{job.waste}:{job.method}"
        known = self.simulation.state.received.setdefault(
            key, Received(trip.target, job.waste, job.method)
        )
        if not known.mass_g:
            known.since = self.simulation.now
        known.mass_g += trip.in_g - trip.refused_g

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_LOOK_S / min(self.simulation.settings.speed, 10))
            try:
                await self._settle()
                for received in list(self.simulation.state.received.values()):
                    await self._treat(received)
            except Away as away:
                self.simulation.web.say(True, str(away))

    async def _settle(self) -> None:
        state, now = self.simulation.state, self.simulation.now
        for later in [one for one in state.later if one.due <= now]:
            try:
                await self.simulation.in_thread(
                    lambda one=later: self.simulation.crew.settle(one, now)  # type: ignore[misc]
                )
            except Refused as refusal:
                # Somebody else closed it.
                log.info("%s was not settled: %s", later.manifest, refusal)
            state.later.remove(later)

    async def _treat(self, received: Received) -> None:
        simulation, now = self.simulation, self.simulation.now
        ripe = received.mass_g and now - received.since >= _STANDS_S / simulation.settings.speed
        if not ripe and not received.report:
            return
        crew = simulation.crew
        if not received.report:
            await simulation.in_thread(lambda: self._prepare(received, now))
            if not received.report:
                return
            received.mass_g = 0
            # Saved before it is sent: whatever happens, the same report is sent again.
            simulation.save()
        try:
            await simulation.in_thread(lambda: crew.send_report(received))
        except Refused as refusal:
            log.warning("a report of %s was refused: %s", received.place, refusal)
        received.report = {}
        simulation.save()

    def _prepare(self, received: Received, now: float) -> None:
        received.report = self.simulation.crew.new_report(received, now)
        if not received.report:
            # Nothing stands there any more: people have treated it.
            received.mass_g = 0
