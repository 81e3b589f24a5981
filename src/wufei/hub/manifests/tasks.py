"""Jobs of the manifests; procrastinate finds this module by its name."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from wufei.hub.manifests.services.emergency import scan_emergencies
from wufei.hub.manifests.services.expiry import CLOCK, expire
from wufei.hub.manifests.services.halts import report_too_long


@app.periodic(cron="*/5 * * * *")
@app.task(queue="manifests", queueing_lock="manifests.clock")
def look_at_the_clock(timestamp: int) -> None:
    """Every five minutes: what nobody loaded, set down for too long or left open."""
    at = now()
    expire(at)
    report_too_long(at)
    scan_emergencies(CLOCK)
