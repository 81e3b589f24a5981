"""Jobs of the filings; procrastinate finds this module by its name."""

from procrastinate.contrib.django import app

from wufei.hub.filings.services import clock
from wufei.hub.registry.validity import today


@app.periodic(cron="7 * * * *")
@app.task(queue="filings", queueing_lock="filings.clock")
def look_at_the_clock(timestamp: int) -> None:
    """Every hour, so that a worker that was down at midnight is no day late."""
    clock.look(today())
