"""``wufei work``: the worker that runs queued jobs, in the foreground."""

import asyncio
import contextlib
import logging

from wufei.config import environment as env

STALLED_S = 30
"""A worker that gave no sign of life for so long is dead; its jobs are done again."""
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
        rescue = asyncio.create_task(_rescue(worker))
        try:
            await worker.run_worker_async(
                concurrency=env.number("WUFEI_WORKER_CONCURRENCY"),
                shutdown_graceful_timeout=5,
                stalled_worker_timeout=STALLED_S,
            )
        finally:
            rescue.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await rescue


async def _rescue(worker: object) -> None:
    """Give jobs of killed workers back to the queue, so that nothing waits for ever."""
    manager = worker.job_manager  # type: ignore[attr-defined]
    while True:
        try:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
                _logger.warning("job %s of a worker that died is queued again", job.id)
                await manager.retry_job(job)
        except Exception:
            _logger.exception("stalled jobs could not be looked for; trying again")
        await asyncio.sleep(STALLED_S / 2)
