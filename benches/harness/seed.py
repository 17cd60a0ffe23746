"""Fills a registry: copies the rows of tools that were made through the API, under new ids and names.

Making 100,000 tools one by one takes minutes. What is measured needs their rows in the tables and indexes; only the
tools that were made through the API are called. The server must not run.
"""

import os
import sqlite3
import time
from pathlib import Path


def copy_tools(database: Path, wanted: int) -> None:
    """Copies each tool with its versions and signing keys until there are `wanted`, evenly over organisations."""
    connection = sqlite3.connect(database)
    connection.execute("pragma synchronous = off")
    originals = connection.execute("select count(*) from tools").fetchone()[0]
    copies = -(-wanted // originals) - 1
    with connection:
        ids = [row[0] for row in connection.execute("select id from tools order by number")]
        for number in range(1, copies + 1):
            new_ids = {old: _new_id() for old in ids}
            _copy(connection, "tools", "id", new_ids, {"name": f"find_order_{number:03d}"}, skip="number")
            _copy(connection, "tool_versions", "tool", new_ids, {})
            _copy(connection, "signing_keys", "tool", new_ids, {})
    connection.execute("pragma wal_checkpoint(truncate)")
    found = connection.execute("select count(*) from tools").fetchone()[0]
    connection.close()
    if found < wanted:
        raise SystemExit(f"{found} tools were made of {wanted}")


def _copy(
    connection: sqlite3.Connection,
    table: str,
    id_column: str,
    new_ids: dict[bytes, bytes],
    changes: dict[str, str],
    skip: str = "",
) -> None:
    columns = [row[1] for row in connection.execute(f"pragma table_info({table})") if row[1] != skip]
    chosen = ", ".join(columns)
    marks = ", ".join("?" for _ in columns)
    at = columns.index(id_column)
    rows = []
    for row in connection.execute(f"select {chosen} from {table}").fetchall():
        new_id = new_ids.get(row[at])
        if new_id is None:
            continue
        values = [changes.get(column, value) for column, value in zip(columns, row, strict=True)]
        values[at] = new_id
        rows.append(values)
    connection.executemany(f"insert into {table} ({chosen}) values ({marks})", rows)


def _new_id() -> bytes:
    """A UUID of version 7 (RFC 9562), as the server makes them."""
    value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return value.to_bytes(16, "big")
