# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets have left traces, on a host and on the controller: output, files, journal, command lines, environments."""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from lab_site import Site

SAMPLER = pathlib.Path(__file__).with_name("process_sampler.py")
SAMPLED = "/run/sampled.jsonl"
FILES = r"""
import json, os, stat
since, words = json.loads(ASKED)
left = ["/"]
while left:
    for entry in os.scandir(left.pop()):
        if entry.path in ("/proc", "/sys", "/dev", "/var/log/journal", "/run/log", "/run/sampled.jsonl"):
            continue
        try:
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(found.st_mode):
                left.append(entry.path)
            elif stat.S_ISREG(found.st_mode) and found.st_ctime >= since:
                content = open(entry.path, "rb").read()
                for number, word in enumerate(words):
                    if word.encode() in content:
                        print(number, entry.path)
        except FileNotFoundError:
            pass
"""
"""Run on a host: the files that something has touched since a time, and that hold a word; by the number of the word."""


class Controller:
    """A directory for everything that Ansible writes on the controller: log, facts, retry files, temporary files."""

    def __init__(self, site: Site, directory: pathlib.Path) -> None:
        self.site, self.directory = site, directory
        self.temporary = directory / "tmp"
        self.temporary.mkdir(parents=True)
        self._processes = directory / "processes.jsonl"
        self._environment = {
            "ANSIBLE_LOG_PATH": str(directory / "ansible.log"),
            "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(directory / "facts"),
            "ANSIBLE_RETRY_FILES_ENABLED": "true",
            "ANSIBLE_RETRY_FILES_SAVE_PATH": str(directory / "retry"),
            "ANSIBLE_LOCAL_TEMP": str(self.temporary),
            "TMPDIR": str(self.temporary),
        }

    def play(self, *arguments: str, playbook: str = "cloudwatch.agent.site", variables: Mapping[str, Any]) -> int:
        """Run a playbook at the highest verbosity; keep its output here and return its exit status."""
        before = dict(self.site.environment)
        self.site.environment.update(self._environment)
        try:
            process = self.site.start("-vvvv", "--diff", *arguments, playbook=playbook, variables=dict(variables))
        finally:
            self.site.environment = before
        with _beside([sys.executable, str(SAMPLER), str(self._processes), str(process.pid)]):
            output, errors = process.communicate()
        with (self.directory / "output").open("a", encoding="utf-8") as file:
            file.write(output + errors)
        return process.returncode

    def output(self) -> str:
        """All output so far, in words that stand together however the terminal has broken them."""
        return " ".join((self.directory / "output").read_text(encoding="utf-8").split())

    def command_lines(self) -> list[str]:
        """Those of the processes of the runs."""
        return [json.loads(line)["command"] for line in self._processes.read_text(encoding="utf-8").splitlines()]

    def traces(self, secrets: Mapping[str, str]) -> list[str]:
        """Which secret stands in which file here. Environments do not count: the user's own hold the user's secrets."""
        texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in self.directory.rglob("*") if path.is_file()}
        texts[self._processes] = "\n".join(self.command_lines())
        return [f"{name}: {path}" for path, text in texts.items() for name, secret in secrets.items() if secret in text]


@contextlib.contextmanager
def _beside(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def sampled(site: Site, host: str) -> Iterator[None]:
    """Look at the host's processes in the meantime; each time anew."""
    site.on(host, f"rm -f {SAMPLED}; cat > /run/sampler.py << 'END'\n{SAMPLER.read_text()}END")
    site.on(host, f"systemd-run --quiet --unit=sampler --collect python3 /run/sampler.py {SAMPLED}")
    try:
        yield
    finally:
        site.on(host, "systemctl stop sampler")


def processes(site: Site, host: str) -> list[dict[str, str]]:
    """The processes that were seen, each with ``command`` and ``environment``."""
    return [json.loads(line) for line in site.on(host, f"cat {SAMPLED}").splitlines()]


def files(site: Site, host: str, since: float, secrets: Mapping[str, str]) -> set[tuple[str, str]]:
    """Secrets by name, and files of the host that hold them and were touched since a time (seconds since the epoch)."""
    asked = f"ASKED = {json.dumps([since, list(secrets.values())])!r}"
    lines = site.on(host, f"python3 - << 'FILES'\n{asked}\n{FILES}FILES\n").splitlines()
    names = list(secrets)
    return {(names[int(number)], path) for number, path in (line.split(" ", 1) for line in lines)}


def journal(site: Site, host: str, secrets: Mapping[str, str]) -> list[str]:
    """The lines of the host's journal that hold a secret."""
    lines = site.on(host, "journalctl --no-pager --output=export | tr -d '\\0'").splitlines()
    return [line for line in lines if any(secret in line for secret in secrets.values())]
