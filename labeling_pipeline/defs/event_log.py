"""The event log of passes that run in this process.

Belongs here: keeping Dagster's SQLite files open through a run. Does not: what is logged, or where (Dagster's own
storage says both, and the UI and the daemon read the same files with it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster._core.instance.ref import InstanceRef, _event_logs_directory
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool


class KeptOpenEventLog(SqliteEventLogStorage):
    """Dagster's event log, its files opened once per run.

    Dagster opens and closes a SQLite file twice for every event, which is most of what a short step costs: a pass of
    thirty steps has two hundred. A file of its own belongs to every run, so only the index and the newest run's file
    stay open.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> KeptOpenEventLog:
        """What Dagster calls to make the storage an instance is configured with."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            if shard != INDEX_SHARD_NAME:
                self._close({*self._engines} - {INDEX_SHARD_NAME})
            # Whichever thread asks, the lock lets one in at a time.
            told = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
            self._engines[shard] = create_engine(
                self.conn_string_for_shard(shard), poolclass=StaticPool, connect_args=told
            )
        return self._engines[shard]

    def _close(self, shards: set[str]) -> None:
        for shard in shards:
            self._engines.pop(shard).dispose()

    def dispose(self) -> None:
        """Close the files."""
        self._close({*self._engines})
        super().dispose()


def kept_open(base_dir: str) -> InstanceRef:
    """The instance in ``base_dir``, as its ``dagster.yaml`` says, but for how its event log is opened."""
    event_log = {
        "module": KeptOpenEventLog.__module__,
        "class": KeptOpenEventLog.__name__,
        "config": {"base_dir": _event_logs_directory(base_dir)},
    }
    return InstanceRef.from_dir(base_dir, overrides={"event_log_storage": event_log})
