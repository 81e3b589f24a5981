"""Jobs of the register; procrastinate finds this module by its name."""

from procrastinate.contrib.django import app

from wufei.hub.base.actor import system
from wufei.hub.registry.services import lists


@app.periodic(cron="37 2 * * *")
@app.task(queue="registry", queueing_lock="registry.lists")
def look_for_the_listed(timestamp: int) -> None:
    """Whoever is on a list and has registered since is found."""
    lists.match_open(system("clock"))
