"""The lake: Delta table ``fixes``, every fix once per (device, device time, serial).

Partitioned by ``day`` (Asia/Shanghai, of the device's time) and ``partition`` (of the stream).
A commit carries, as Delta application transactions, the last stream sequence of each partition
and when the server stored that message; both are read at a start. Delta refuses a commit when
another one has moved the same transaction on: the last fence behind the locks (``fence``).
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties

from wufei.config import environment as env
from wufei.hub.telemetry.fixes import FIX, Fixes

KEY = ("device", "device_time_ms", "serial")
ZONE = "Asia/Shanghai"
# Delta knows no unsigned numbers: each takes the next wider type.
_TYPES: Mapping[str, Any] = {
    "<i8": pl.Int64,
    "<f8": pl.Float64,
    "<f4": pl.Float32,
    "<u4": pl.Int64,
    "<i2": pl.Int16,
    "<u2": pl.Int32,
}
_COLUMNS = {name: _TYPES[FIX[name].str] for name in FIX.names or ()}
SCHEMA = pl.Schema({"day": pl.String, "partition": pl.Int32, **_COLUMNS})
_LAST_MS = 4_102_444_800_000
_CONFIGURATION = {
    "delta.checkpointInterval": "100",
    # Versions of the last day can be read again; a log of months would only be slow to list.
    "delta.logRetentionDuration": "interval 1 days",
    "delta.deletedFileRetentionDuration": "interval 1 days",
}
_DAY = (
    # A clock out of all calendars has a day all the same.
    pl.from_epoch(pl.col("device_time_ms").clip(0, _LAST_MS), "ms")
    .dt.replace_time_zone("UTC")
    .dt.convert_time_zone(ZONE)
    .dt.strftime("%Y-%m-%d")
    .alias("day")
)
WRITER = WriterProperties(compression="ZSTD", compression_level=3)


@dataclass(frozen=True)
class Position:
    """How far a partition is in the lake: the last stream sequence, and when it was stored."""

    sequence: int = 0
    stored_ms: int = 0


class Lake:
    """The table ``fixes``; a handle belongs to one thread at a time."""

    def __init__(self, url: str | None = None) -> None:
        self._url = f"{url or location()}/fixes"
        self._local = Path(self._url) if "://" not in self._url else None
        self._options: dict[str, str] | None = None
        if self._local is not None:
            self._local.mkdir(parents=True, exist_ok=True)
            _drop_torn_commit(self._local / "_delta_log")
        self.table = self._open()

    def _open(self) -> DeltaTable:
        """Make the table unless it is there; two that come at once find the same one."""
        return DeltaTable.create(
            self._url,
            schema=_delta_schema(),
            mode="ignore",
            partition_by=["day", "partition"],
            configuration=_CONFIGURATION,
        )

    def refresh(self) -> None:
        self.table.update_incremental()

    def position(self, partition: int) -> Position:
        sequence = self.table.transaction_version(_app(partition))
        stored = self.table.transaction_version(_app(partition, "stored_ms"))
        return Position(sequence or 0, stored or 0)

    def append(self, rows: pl.DataFrame, positions: Mapping[int, Position]) -> None:
        """Write rows and positions in one commit, durable when this returns.

        Raises ``deltalake.exceptions.CommitFailedError`` when somebody else has written one of
        the partitions since this handle was opened: nothing of ours is then in the table.
        """
        from deltalake import write_deltalake

        transactions = [
            transaction
            for partition, at in positions.items()
            for transaction in (
                Transaction(_app(partition), at.sequence),
                Transaction(_app(partition, "stored_ms"), at.stored_ms),
            )
        ]
        write_deltalake(
            self.table,
            rows,
            mode="append",
            writer_properties=WRITER,
            commit_properties=CommitProperties(app_transactions=transactions),
        )
        if self._local is not None:
            self._flush(rows)

    def files(self, days: Iterable[str], partition: int | None = None) -> list[str]:
        """Data files of these days; exact, since the day is a partition."""
        wanted = [("day", "in", sorted(set(days)))]
        if not wanted[0][2]:
            return []
        if partition is not None:
            wanted.append(("partition", "=", partition))  # type: ignore[arg-type]
        return [self._path(uri) for uri in self.table.file_uris(file_pruning_predicate=wanted)]

    def all_files(self) -> list[str]:
        """Every data file of this version."""
        return [self._path(uri) for uri in self.table.file_uris()]

    def _path(self, uri: str) -> str:
        """Delta writes the table's own folder as in an address: blanks as %20. A file is no URL."""
        if self._local is None:
            return uri
        return str(self._local.joinpath(*PurePosixPath(uri).parts[-3:]))

    def scan(self, days: Iterable[str], partition: int | None = None) -> pl.LazyFrame:
        """Fixes of these days, lazily: what is filtered afterwards is pushed into the files."""
        files = self.files(days, partition)
        if not files:
            return pl.LazyFrame(schema=_COLUMNS)
        return pl.scan_parquet(
            files, glob=False, hive_partitioning=False, storage_options=self._options
        )

    def _flush(self, rows: pl.DataFrame) -> None:
        """Files that a power cut would take are no promise: force them to the disk."""
        assert self._local is not None
        log = self._local / "_delta_log" / f"{self.table.version():020}.json"
        for path in [*_added(self._local, log), log, log.parent]:
            _fsync(path)


def location() -> str:
    """``WUFEI_LAKE_URL``, or the folder ``lake`` in ``WUFEI_HOME``."""
    return env.text("WUFEI_LAKE_URL").rstrip("/") or str(env.home() / "lake")


def exists() -> bool:
    """Is there a lake to read? Readers do not make one."""
    return DeltaTable.is_deltatable(f"{location()}/fixes")


def frame(fixes: Fixes, partition: int) -> pl.DataFrame:
    """Fixes as rows of the table."""
    columns = {name: pl.Series(name, fixes[name]).cast(kind) for name, kind in _COLUMNS.items()}
    made = pl.DataFrame(columns).with_columns(_DAY, pl.lit(partition, pl.Int32).alias("partition"))
    return made.select(SCHEMA.names())


def day_of(ms: int) -> str:
    """Name of the day partition of a moment (ms since 1970)."""
    return str(pl.DataFrame({"device_time_ms": [ms]}).select(_DAY).item())


def days_between(first: date, last: date) -> list[str]:
    """Names of the day partitions from ``first`` to ``last`` inclusive."""
    return [f"{day:%Y-%m-%d}" for day in pl.date_range(first, last, eager=True)]


def _app(partition: int, what: str = "sequence") -> str:
    return f"fixes.{partition}.{what}"


def _delta_schema() -> Any:
    from deltalake import Field, Schema
    from deltalake.schema import PrimitiveType

    names = {
        pl.String: "string",
        pl.Int64: "long",
        pl.Int32: "integer",
        pl.Int16: "short",
        pl.Float64: "double",
        pl.Float32: "float",
    }
    return Schema([Field(name, PrimitiveType(names[type(kind)])) for name, kind in SCHEMA.items()])


def _added(root: Path, log: Path) -> list[Path]:
    """Data files that a commit of the log names, and their folders."""
    import json

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    paths = [root / line["add"]["path"] for line in lines if "add" in line]
    return [*paths, *{path.parent for path in paths}]


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop_torn_commit(log: Path) -> None:
    """After a power cut the last commit can be an empty file; its messages come again."""
    commits = sorted(log.glob("[0-9]*.json"))
    if commits and commits[-1].stat().st_size == 0:
        commits[-1].unlink()
