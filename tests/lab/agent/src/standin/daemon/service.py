# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's life: read the translation, start inputs and outputs, say it is ready, run until told to stop."""

from __future__ import annotations

import json
import os
import signal
import threading
import time

from .. import imds, paths, toml
from ..golog import FatalError
from . import metricsloop, statsd, tailing
from .host import Host
from .log import LEVELS, LOG
from .logsout import LogOutput

READY = "Everything is ready. Begin running and processing data."
START_EC2, START_ONPREM = 0.6, 1.4
TAGGER_TRIES, TAGGER_WAIT = 5, 1.2
DEAF_EC2, DEAF_ONPREM = 0.6, 2.0
ENVIRONMENT_EVERY = 30.0


def run(config: str, envconfig: str, otel: list[str], pidfile: str) -> int:
    """Run until SIGTERM; FatalError or a status other than 0 where it cannot."""
    began = time.monotonic()
    stopping = threading.Event()
    listen(stopping, DEAF_ONPREM)
    load_environment(envconfig)
    document = _read(config)
    agent = document.get("agent", {})
    LOG.open(str(agent.get("logfile", "")))
    LOG.level = LEVELS["DEBUG" if agent.get("debug") else "INFO"]
    LOG.line("I", f"Starting AmazonCloudWatchAgent CWAgent/{paths.version()} (go1.26.8; linux; amd64)")
    if agent.get("quiet"):
        LOG.level = LEVELS["ERROR"]
    try:
        pipelines = _pipelines(otel)
        host = Host(document, pipelines)
        listen(stopping, DEAF_EC2 if host.ec2 else DEAF_ONPREM)
        host.await_network()
        daemon = Daemon(document, pipelines, host, stopping)
        _pid(pidfile)
        daemon.start()
    except FatalError as error:
        LOG.death(str(error))
        return 1
    except statsd.OccupiedError as error:
        # The agent says it at this level, and in its log alone.
        LOG.line("I", f"ERROR: {error}")
        return 1
    stopping.wait(max(0.0, began + (START_EC2 if host.ec2 else START_ONPREM) - time.monotonic()))
    return daemon.serve(envconfig)


def listen(stopping: threading.Event, deaf: float) -> None:
    """Heed SIGTERM, but as the agent does: one that arrives in the first seconds of the process is lost, and then only SIGKILL helps."""

    def heard(*_: object) -> None:
        if age() >= deaf:
            stopping.set()

    signal.signal(signal.SIGTERM, heard)
    signal.signal(signal.SIGINT, heard)


def age() -> float:
    """Return the seconds since this process began, before it became the daemon."""
    with open("/proc/self/stat", encoding="utf-8") as handle:
        ticks = int(handle.read().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def load_environment(path: str) -> None:
    """Take env-config.json into the environment."""
    try:
        with open(path, encoding="utf-8") as handle:
            values = json.loads(handle.read() or "{}")
    except (OSError, ValueError):
        return
    for key, value in values.items():
        os.environ[str(key)] = str(value)


def reload_environment(path: str, seen: float) -> float:
    """Take a file that has changed into the environment, and the log's level from there; return when it was changed.

    At the daemon's start the level is that of the configuration: this one comes with the first look, half a minute later.
    """
    try:
        changed = os.stat(path).st_mtime
    except OSError:
        return seen
    if changed > seen:
        load_environment(path)
        LOG.level = LEVELS.get(os.environ.get("CWAGENT_LOG_LEVEL") or "INFO", LOG.level)
    return max(changed, seen)


def _read(path: str) -> dict:
    try:
        with open(path, encoding="utf-8") as handle:
            return toml.loads(handle.read())
    except OSError as error:
        raise FatalError("Error loading config file {0}: open {0}: {1}".format(path, (error.strerror or "").lower())) from error


def _pipelines(otel: list[str]) -> dict:
    """Read the translation's pipelines, the last of the given files; it may only be missing beside supplementary ones."""
    path = ""
    for path in otel:
        if len(otel) > 1 and path == otel[-1] and not os.path.exists(path):
            return {}
        if not os.path.exists(path):
            missing = f"unable to read the file file:{path}: open {path}: no such file or directory"
            raise FatalError("Error running agent: cannot retrieve the configuration: " + missing)
    try:
        with open(path, encoding="utf-8") as handle:
            return dict(json.load(handle))
    except (OSError, ValueError) as error:
        raise FatalError(f"Error running agent: cannot retrieve the configuration: {error}") from error


def _pid(path: str) -> None:
    if path:
        try:
            with open(path, "w", encoding="ascii") as handle:
                handle.write(f"{os.getpid()}")
        except OSError as error:
            LOG.line("E", f"Unable to create pidfile: {error}")


class Daemon:
    """Everything that runs, and its end."""

    def __init__(self, document: dict, pipelines: dict, host: Host, stopping: threading.Event) -> None:
        self.host = host
        self.pipelines = pipelines
        self.stopping = stopping
        self.loops: list = []
        self.listeners: list = []
        self.inputs = document.get("inputs", {})
        self.output: LogOutput | None = None
        outputs = document.get("outputs", {}).get("cloudwatchlogs", [])
        if outputs:
            self.output = LogOutput(outputs[0], host)
            for table in document["inputs"]["logfile"]:
                self.loops.append(tailing.Tailer(table, self.output))
        if pipelines.get("exporters", {}).get("awscloudwatch"):
            self.loops.append(metricsloop.MetricsLoop(document["inputs"], pipelines, host))

    def start(self) -> None:
        """Start what needs the metadata service first, then the loops."""
        tagger = self.pipelines.get("processors", {}).get("ec2tagger")
        if tagger is not None:
            self._tagger()
            self.host.tag(tagger)
        self.listeners = statsd.listen(self.inputs)
        for loop in self.loops:
            loop.start()

    def _tagger(self) -> None:
        """Without the metadata service the tagger gives up after some tries, and the daemon with it."""
        for attempt in range(TAGGER_TRIES):
            if imds.document():
                return
            LOG.line("W", "[EC2] Fetch identity document from EC2 metadata fail: attempt %s" % (attempt + 1))
            if self.stopping.wait(TAGGER_WAIT):
                return
        raise FatalError(
            "Error running agent: cannot start pipelines: ec2tagger: Unable to retrieve InstanceId. "
            "This plugin must only be used on an EC2 instance"
        )

    def serve(self, envconfig: str) -> int:
        """Say it is ready, unless told to stop before, and wait for the end."""
        listen(self.stopping, 0.0)
        if not self.stopping.is_set():
            LOG.collector("I", "service@v0.124.0/service.go:266", READY)
        seen = 0.0
        while not self.stopping.wait(ENVIRONMENT_EVERY):
            seen = reload_environment(envconfig, seen)
        LOG.line("I", "Profiler is stopped during shutdown")
        for loop in self.loops:
            loop.stop()
        if self.output:
            self.output.stop()
        LOG.collector("I", "service@v0.124.0/service.go:330", "Shutdown complete.")
        return 0
