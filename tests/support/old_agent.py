# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in of awslogs, the old agent, for the lab: its ini file, its database, its way with rotated files, PutLogEvents.

Runs on a host with the package ``standin`` of the lab's agent beside it: ``python3 old_agent.py /etc/awslogs/awslogs.conf``. As the real
one it reads the newest file of a section, knows it by its first line, publishes a batch every buffer_duration, and then saves how far it
has come; SIGTERM ends it wherever it is.
"""

from __future__ import annotations

import configparser
import contextlib
import glob
import hashlib
import json
import os
import sqlite3
import sys
import threading
import time
from typing import Any, BinaryIO

from standin.awshttp import AwsError, Client
from standin.credentials import provider
from standin.imds import document

TARGET = "Logs_20140328."
LOOKS = 0.2
SCHEMA = "CREATE TABLE IF NOT EXISTS {} (k TEXT PRIMARY KEY NOT NULL, v TEXT NOT NULL, ctime DATETIME, mtime DATETIME)"


class Store:
    """A table of the database."""

    lock = threading.Lock()

    def __init__(self, path: str, table: str) -> None:
        self.connection, self.table = sqlite3.connect(path, check_same_thread=False), table
        self.connection.execute(SCHEMA.format(table))
        self.connection.commit()

    def get(self, key: str) -> Any:
        """Return the value of a key, None where there is none."""
        with self.lock:
            row = self.connection.execute(f"SELECT v FROM {self.table} WHERE k = ?", (key,)).fetchone()  # noqa: S608
        return json.loads(row[0]) if row else None

    def save(self, key: str, value: Any) -> None:
        """Save it."""
        with self.lock:
            self.connection.execute(f"INSERT OR REPLACE INTO {self.table} VALUES (?, ?, '', '')", (key, json.dumps(value)))  # noqa: S608
            self.connection.commit()


class Section(threading.Thread):
    """One section: follows its file and publishes what is new."""

    def __init__(self, name: str, values: dict[str, str], state_file: str, region: str) -> None:
        super().__init__(daemon=True)
        self.section, self.pattern, self.group = name, values["file"], values["log_group_name"]
        self.stream = values["log_stream_name"].replace("{instance_id}", str(document().get("instanceId", "")))
        self.buffer = max(int(values.get("buffer_duration", 5000)), 5000) / 1000
        self.pushed, self.begun = Store(state_file, "push_state"), Store(state_file, "stream_state")
        self.client = Client("logs", region, provider({}))

    def run(self) -> None:
        """Follow one file after the other."""
        self._create()
        while True:
            path = max(filter(os.path.isfile, glob.glob(self.pattern)), key=os.path.getmtime, default="")
            key = self._key(path)
            if not key:
                time.sleep(LOOKS)
                continue
            with open(path, "rb") as stream:
                if self.begun.get(self.section) is None:
                    self.begun.save(self.section, {"source_id": key, "initial_position": 0})
                known = self.pushed.get(key)
                stream.seek(known["end_position"] if known else 0)
                self._follow(path, stream, key)

    def _follow(self, path: str, stream: BinaryIO, key: str) -> None:
        """Publish what the file has until another one stands in its place, and then the rest of it."""
        last = False
        while True:
            batch, start = [], stream.tell()
            deadline = time.monotonic() + self.buffer
            while time.monotonic() < deadline and not last:
                batch += self._lines(stream)
                last = self._key(path) != key
                time.sleep(LOOKS)
            batch += self._lines(stream)
            if batch:
                self._publish(batch)
                state = {"source_id": key, "start_position": start, "end_position": stream.tell(), "sequence_token": None}
                self.pushed.save(key, {**state, "batch_timestamp": batch[0]["timestamp"], "first_timestamp": batch[0]["timestamp"]})
            if last:
                return

    def _lines(self, stream: BinaryIO) -> list[dict[str, Any]]:
        found = []
        while line := stream.readline():
            if not line.endswith(b"\n"):
                stream.seek(-len(line), os.SEEK_CUR)
                break
            found.append({"timestamp": int(time.time() * 1000), "message": line.decode().rstrip("\r\n")})
        return found

    def _key(self, path: str) -> str:
        with contextlib.suppress(OSError):
            with open(path, "rb") as stream:
                line = stream.readline()
            return hashlib.md5(self.section.encode() + line, usedforsecurity=False).hexdigest() if line.endswith(b"\n") else ""
        return ""

    def _create(self) -> None:
        self._make("CreateLogGroup", {"logGroupName": self.group})
        self._make("CreateLogStream", {"logGroupName": self.group, "logStreamName": self.stream})

    def _make(self, operation: str, payload: dict[str, str]) -> None:
        try:
            self.client.json(TARGET + operation, payload)
        except AwsError as error:
            if error.code != "ResourceAlreadyExistsException":
                raise

    def _publish(self, events: list[dict[str, Any]]) -> None:
        self.client.json(TARGET + "PutLogEvents", {"logGroupName": self.group, "logStreamName": self.stream, "logEvents": events})


def main() -> None:
    """Follow every section until somebody ends the program."""
    parser = configparser.RawConfigParser()
    parser.read(sys.argv[1])
    region = str(document().get("region", ""))
    threads = [
        Section(name, dict(parser.items(name)), parser.get("general", "state_file"), region)
        for name in parser.sections()
        if name != "general"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
