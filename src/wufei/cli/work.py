"""``wufei work``: the worker that runs queued jobs, in the foreground."""

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from wufei.config import environment as env

STALLED_S = 30
"""A worker that gave no sign of life for so long is dead; its jobs are done again."""
SEQUENCE_S = 0.5
"""Between two looks into the queue of the log of evidence."""
_logger = logging.getLogger("wufei.work")


def work() -> None:
    """Run queued jobs, in the foreground (`wufei up` runs everything)."""
    from wufei.cli import start_django

    start_django()
    asyncio.run(_work())


async def _work() -> None:
    from procrastinate.contrib.django import app

    # The worker listens on connections of its own; jobs that queue further jobs still do so
    # through Django's connection, hence inside their transaction.
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    worker = app.with_connector(connector)
    async with worker.open_async():
        helpers = [
            asyncio.create_task(helper) for helper in (_rescue(worker), _watch(), _sequence())
        ]
        try:
            await worker.run_worker_async(
                concurrency=env.number("WUFEI_WORKER_CONCURRENCY"),
                shutdown_graceful_timeout=5,
                stalled_worker_timeout=STALLED_S,
            )
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)


async def _watch() -> None:
    """End the process when the database goes away, as a crash would.

    The library's worker would live on without its heartbeat and its ear for new jobs. Jobs cut
    off are not marked as failed but found as stalled, and done again.
    """
    import psycopg
    from procrastinate.contrib.django.utils import connector_params

    try:
        async with await psycopg.AsyncConnection.connect(**connector_params()) as link:
            async for _notice in link.notifies():
                pass
    except psycopg.OperationalError:
        _logger.error("the database went away; the worker ends, to be started anew")
        os._exit(1)


async def _rescue(worker: Any) -> None:
    """Give jobs of killed workers back to the queue, so that nothing waits for ever."""
    while True:
        try:
            for job in await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
                _logger.warning("job %s of a worker that died is queued again", job.id)
                await worker.job_manager.retry_job(job)
        except Exception:
            _logger.exception("stalled jobs could not be looked for; trying again")
        await asyncio.sleep(STALLED_S / 2)


async def _sequence() -> None:
    """Give committed movements and signatures their leaf in the log, twice a second.

    Jobs are asked for by the minute, and this must not wait behind a long one.
    """
    from django.db import close_old_connections

    from wufei.hub.evidence.services.sequencing import sequence_all

    def once() -> None:
        # Without requests nobody else would notice that a connection broke.
        close_old_connections()
        sequence_all()

    # One thread, so one connection to the database.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sequence") as thread:
        while True:
            try:
                await asyncio.get_running_loop().run_in_executor(thread, once)
                await asyncio.sleep(SEQUENCE_S)
            except Exception:
                _logger.exception("the log of evidence could not be continued; trying again")
                await asyncio.sleep(STALLED_S)
