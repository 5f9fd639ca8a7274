# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host below a temporary directory, with the agent's programs and systemd played by Python, on a clock of its own."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import manifest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source, digest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.layout import Layout, file_name
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.logs import READY
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host, Result

BUILD = "1.300060.1b1"
# What a daemon does with its configurations: the seconds after its start and the event, "ready" or "dies".
Fate = Callable[["list[str]"], "tuple[float, str]"]


class FakeHost:
    """``calls`` holds every program that was run; ``parameters`` what locations hold; ``fate`` how a daemon fares."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(str(root))
        self.calls: list[list[str]] = []
        self.parameters: dict[str, str] = {}
        self.refused: set[str] = set()
        self.ctl_fails_at: str = ""
        self.throttled = 0
        self.fate: Fate = lambda texts: (1.0, "ready")
        self.stamp = 1_700_000_000.0
        self.uptime = 1000.0
        self.enabled = False
        self.wanted = False
        self.invocation = 0
        self.started = 0.0
        self.event: tuple[float, str] = (0.0, "")
        self.happened = False
        self.overrides: dict[str, Result] = {}
        self.masked = False
        # Seconds after its start at which a daemon that was ready dies; None: it lives.
        self.falls: Callable[[list[str]], float | None] = lambda texts: None
        self.falls_at: float | None = None
        self.host = Host(self.layout, self.run, self.now, self.monotonic, self.sleep)

    def now(self) -> float:
        return self.stamp + self.uptime

    def monotonic(self) -> float:
        return self.uptime

    def sleep(self, seconds: float) -> None:
        self.uptime += seconds

    def install(self) -> None:
        for directory in (
            self.layout.directory,
            f"{self.layout.base}/bin",
            os.path.dirname(self.layout.log_file),
            f"{self.layout.root}/run",
            f"{self.layout.root}/var/lib",
        ):
            os.makedirs(directory, exist_ok=True)
        for name in ("amazon-cloudwatch-agent-ctl", "amazon-cloudwatch-agent"):
            Path(self.layout.program(name)).touch()
        Path(self.layout.version_file).write_text(BUILD + "\n", encoding="utf-8")
        self.write(self.layout.common_config, "# [credentials]\n")

    def write(self, path: str, text: str) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
        os.utime(path, (self.now(), self.now()))

    def active(self) -> dict[str, str]:
        top = Path(self.layout.directory)
        return {str(path.relative_to(top)): path.read_text(encoding="utf-8") for path in sorted(top.rglob("*")) if path.is_file()}

    def activate(self, name: str, text: str) -> None:
        """A configuration that the collection made active before."""
        manifest.record(self.host, {**manifest.applied(self.host), name: digest(text)})
        self.write(os.path.join(self.layout.directory, name), text)
        for path in self.layout.derived:
            self.write(path, f"made of {name}")

    def running_with(self, name: str, text: str) -> None:
        """A settled, enabled agent."""
        self.install()
        self.activate(name, text)
        self.uptime += 10
        self.enabled = True
        self.start()
        self.uptime += 300
        self.calls.clear()

    def called(self, *words: str) -> list[list[str]]:
        return [argv for argv in self.calls if all(any(word == part or part.endswith("/" + word) for part in argv) for word in words)]

    def log(self, line: str) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now()))
        with open(self.layout.log_file, "a", encoding="utf-8") as stream:
            stream.write(f"{stamp} {line}\n")

    def start(self) -> None:
        self.invocation += 1
        self._translate()
        self.started, self.wanted, self.happened = self.uptime, True, False
        texts = [text for name, text in self.active().items() if not name.endswith(".tmp")]
        self.event, self.falls_at = self.fate(texts), self.falls(texts)

    def _translate(self) -> None:
        """As the start program does: the log's level in env-config.json is reset, and systemd gives the process what its drop-in says."""
        if os.path.isdir(self.layout.etc):
            debug = any('"debug": true' in text for text in self.active().values())
            found = {name: value for name, value in self.env_config().items() if name != "CWAGENT_LOG_LEVEL"}
            self.write(self.layout.env_config, json.dumps({**found, **({"CWAGENT_LOG_LEVEL": "DEBUG"} if debug else {})}))
        drop_in, file = Path(self.layout.environment_drop_in), Path(self.layout.environment_file)
        lines = drop_in.read_text(encoding="utf-8").split("\n") if drop_in.exists() else []
        words = [line[len("Environment=") :] for line in lines if line.startswith("Environment=")]
        words += [line.replace('"', "") for line in file.read_text(encoding="utf-8").split("\n") if "=" in line] if file.exists() else []
        Path(self.layout.at("/proc/42/environ")).unlink(missing_ok=True)
        if words:
            self.write(self.layout.at("/proc/42/environ"), "\0".join(["PATH=/bin", *words]))

    def env_config(self) -> dict[str, str]:
        try:
            return dict(json.loads(Path(self.layout.env_config).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def _happen(self) -> None:
        after, what = self.event
        if self.wanted and not self.happened and self.uptime >= self.started + after:
            self.happened = True
            self.log(f"I! {READY}" if what == "ready" else "E! [telegraf] Error running agent: no role")

    def dead(self) -> bool:
        self._happen()
        fell = self.falls_at is not None and self.uptime >= self.started + self.falls_at
        return self.wanted and self.happened and (fell or self.event[1] == "dies")

    def run(self, argv: list[str], timeout: float = 60, env: dict[str, str] | None = None) -> Result:
        self.calls.append(argv)
        program = os.path.basename(argv[0])
        for words, answer in self.overrides.items():
            if words in " ".join([program, *argv[1:]]):
                return answer
        player = getattr(self, "play_" + program.replace("-", "_"), None)
        return player(argv) if player else Result(127, "", f"{program}: not found")

    def play_systemctl(self, argv: list[str]) -> Result:
        verb = argv[1]
        if verb == "show":
            return Result(0, self._shown())
        if verb == "restart":
            self.start()
        elif verb in ("stop", "kill"):
            self.wanted = False
        elif verb in ("enable", "disable"):
            self.enabled = verb == "enable"
        return Result(0)

    def _shown(self) -> str:
        state, sub = ("active", "running") if self.wanted else ("inactive", "dead")
        if self.dead():
            state, sub = "activating", "auto-restart"
        told = {
            "ActiveState": state,
            "SubState": sub,
            "UnitFileState": "enabled" if self.enabled else "disabled",
            "InvocationID": f"id{self.invocation}" if self.invocation else "",
            "ExecMainStartTimestampMonotonic": str(int(self.started * 1e6)),
            "MainPID": "42" if state == "active" else "0",
            "LoadState": "masked" if self.masked else "loaded",
            "NeedDaemonReload": "no",
            "ExecMainCode": "1" if self.dead() else "0",
            "ExecMainStatus": "1" if self.dead() else "0",
        }
        return "".join(f"{name}={value}\n" for name, value in told.items())

    def play_journalctl(self, argv: list[str]) -> Result:
        return Result(0, "")

    def play_dpkg_query(self, argv: list[str]) -> Result:
        return Result(0, "installed")

    def play_config_downloader(self, argv: list[str]) -> Result:
        location = argv[argv.index("--download-source") + 1]
        self.throttled -= 1
        if self.throttled >= 0:
            return Result(1, "", "2026/01/01 00:00:00 E! ThrottlingException: Rate exceeded")
        if location not in self.parameters:
            return Result(1, "", f"2026/01/01 00:00:00 E! ParameterNotFound: {location}")
        name = os.path.join(argv[argv.index("--output-dir") + 1], file_name(location) + ".tmp")
        self.write(name, self.parameters[location])
        return Result(0)

    def play_config_translator(self, argv: list[str]) -> Result:
        directory = argv[argv.index("--input-dir") + 1]
        for path in Path(directory).iterdir():
            if path.read_text(encoding="utf-8") in self.refused:
                return Result(1, "", "2026/01/01 00:00:00 Under path : /metrics | Error : cpu is no plugin\n")
        return Result(0)

    def play_amazon_cloudwatch_agent(self, argv: list[str]) -> Result:
        return Result(0)

    def play_amazon_cloudwatch_agent_ctl(self, argv: list[str]) -> Result:
        action = argv[argv.index("-a") + 1]
        if action == "set-log-level":
            self.write(self.layout.env_config, json.dumps({**self.env_config(), "CWAGENT_LOG_LEVEL": argv[argv.index("-l") + 1]}))
            return Result(0)
        location = argv[argv.index("-c") + 1]
        target = os.path.join(self.layout.directory, file_name(location))
        self.write(target + ".tmp", self.parameters[location])
        for path in self.layout.derived:
            self.write(path, "made of " + location)
        if location == self.ctl_fails_at:
            return Result(1, "", "E! no space left on device")
        if action == "fetch-config":
            Path(self.layout.legacy).unlink(missing_ok=True)
            for path in Path(self.layout.directory).iterdir():
                if path.suffix != ".tmp" and path.is_file() and not path.name.startswith("."):
                    path.unlink()
        os.replace(target + ".tmp", target)
        return Result(0)


def configuration(value: int = 60, **agent: object) -> str:
    """A configuration; different values make different texts."""
    return json.dumps({"agent": {"metrics_collection_interval": value, **agent}, "metrics": {"metrics_collected": {"mem": {}}}})


@pytest.fixture
def fake(reachable: Path) -> FakeHost:
    return FakeHost(reachable)


OLD, NEW = configuration(60), configuration(30)


def desired(fake: FakeHost, *texts: str, name: str = "web") -> list[Source]:
    """Sources with these texts, where the host finds them."""
    sources = []
    for index, text in enumerate(texts):
        location = f"ssm:{name}{index or ''}:3"
        fake.parameters[location] = text
        sources.append(Source(location, digest(text)))
    return sources


def contents(root: str) -> dict[str, str]:
    """Every file of the host but logs, locks and the collection's own records."""
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8")
        for path in sorted(Path(root).rglob("*"))
        if path.is_file() and not any(part in str(path) for part in ("/logs/", "/run/", "/cloudwatch-agent-ansible/"))
    }


def hand_made(fake: FakeHost) -> None:
    """Other people's files among the configurations, of every kind."""
    fake.write(f"{fake.layout.directory}/file_config.json", "hand-made")
    fake.write(f"{fake.layout.directory}/.hidden", "{}")
    fake.write(f"{fake.layout.directory}/sub/more.json", "{}")
    fake.write(f"{fake.layout.directory}/notes.tmp", "notes")
    os.makedirs(f"{fake.layout.directory}/empty")
    fake.write(fake.layout.legacy, "legacy")
