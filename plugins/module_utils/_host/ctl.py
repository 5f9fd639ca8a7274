# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's own programs. Their exit status tells; what they print is only ever shown."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import tempfile

from . import credentials
from .configurations import Source, active, digest, matches
from .errors import HostError
from .system import Host, Result, read_text

PAUSES = (1.0, 2.0, 4.0)

_BAD = re.compile(r"E! |Error : |rror: |failed to |not authorized|denied", re.IGNORECASE)
_STAMP = re.compile(r"^\d{4}[-/]\d\d[-/]\d\d[T ][\d:.]+Z? ")


def complaint(answer: Result) -> list[str]:
    """The lines of a program's output that tell why it failed; its last ones where none stands out."""
    lines = [_STAMP.sub("", line.strip()) for line in (answer.out + "\n" + answer.err).splitlines() if line.strip()]
    return ([line for line in lines if _BAD.search(line)] or lines)[-8:]


def _patiently(host: Host, argv: list[str], timeout: float) -> Result:
    """Run what asks AWS; a fleet that asks at the same moment is throttled, so a failure is tried again, at no common moment."""
    for pause in PAUSES:
        answer = host.run(argv, timeout)
        if answer.rc == 0:
            return answer
        host.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 # spreads load, guards nothing
    return host.run(argv, timeout)


def download(host: Host, location: str, mode: str) -> str:
    """What the host itself gets from ``location``, by the agent's downloader and with the agent's credentials. Nothing live is touched."""
    with tempfile.TemporaryDirectory(prefix="cw-agent-") as scratch:
        argv = [host.layout.program("config-downloader"), "--output-dir", scratch, "--download-source", location]
        argv += ["--mode", mode, "--multi-config", "append"]
        if os.path.exists(host.layout.common_config):
            argv += ["--config", host.layout.common_config]
        answer = _patiently(host, argv, 90)
        fetched = os.listdir(scratch)
        if answer.rc != 0 or len(fetched) != 1:
            raise HostError(
                f"the host cannot fetch {location} (mode {mode}); nothing was changed: it must exist in the host's region, "
                "and the host's role or profile must be allowed ssm:GetParameter on it",
                complaint(answer),
            )
        return read_text(os.path.join(scratch, fetched[0]))


def can_judge(host: Host, mode: str) -> bool:
    """Whether a translator can judge yet. Off EC2 it needs the region of a profile, which a run may be about to write."""
    return mode == "ec2" or bool(credentials.used(host).region)


def validate(host: Host, sources: list[Source], mode: str, programs: str = "") -> None:
    """Let the agent's translator and its schema test judge the contents in a scratch directory; raises when they refuse.

    ``programs``: the directory of another build's programs, unpacked and not installed.
    """
    for source in sources:
        _refuse_no_object(source)
    directory = programs or os.path.dirname(host.layout.program("config-translator"))
    with tempfile.TemporaryDirectory(prefix="cw-agent-") as scratch:
        wanted, toml = os.path.join(scratch, "in"), os.path.join(scratch, "agent.toml")
        os.mkdir(wanted)
        for source in sources:
            with open(os.path.join(wanted, source.file), "w", encoding="utf-8") as stream:
                stream.write(source.content)
        argv = [os.path.join(directory, "config-translator"), "--input", os.path.join(scratch, "none"), "--input-dir", wanted]
        argv += ["--output", toml, "--mode", mode, "--multi-config", "remove"]
        if os.path.exists(host.layout.common_config):
            argv += ["--config", host.layout.common_config]
        _judge(host, argv, sources, "translator")
        _judge(host, [os.path.join(directory, "amazon-cloudwatch-agent"), "-schematest", "-config", toml], sources, "schema test")


def _refuse_no_object(source: Source) -> None:
    # The translator skips a broken file and takes its default configuration instead: it must never see one.
    try:
        parsed = json.loads(source.content)
    except ValueError as error:
        raise HostError(f"{source.location} is not valid JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise HostError(f"{source.location} is not a JSON object")


def _judge(host: Host, argv: list[str], sources: list[Source], who: str) -> None:
    answer = host.run(argv, timeout=90)
    if answer.rc != 0:
        named = ", ".join(source.location for source in sources)
        raise HostError(f"the installed agent's {who} refuses {named}; nothing was changed", complaint(answer))


def activate(host: Host, sources: list[Source], mode: str) -> None:
    """Make ``sources`` the active configurations; the daemon is left alone. Raises when they are not, whatever the program says."""
    os.makedirs(host.layout.directory, exist_ok=True)
    for index, source in enumerate(sources):
        action = "append-config" if index else "fetch-config"
        argv = [host.layout.program("amazon-cloudwatch-agent-ctl"), "-a", action, "-m", mode, "-c", source.location]
        answer = _patiently(host, argv, 180)
        if answer.rc != 0:
            raise HostError(f"{action} of {source.location} failed with exit status {answer.rc}", complaint(answer))
    _remove_strangers(host, [source.file for source in sources])
    found = active(host.layout)
    if not matches(found, sources):
        held = ", ".join(f"{one.file} ({one.digest[:12]})" for one in found) or "nothing"
        wanted = ", ".join(f"{source.file} ({digest(source.content)[:12]})" for source in sources)
        raise HostError(f"{host.layout.directory} holds {held} after the change, wanted {wanted}")


def _remove_strangers(host: Host, names: list[str]) -> None:
    # The control program leaves dot-files and sub-directories, which the agent reads at its next start.
    for entry in os.scandir(host.layout.directory):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        elif entry.name not in names:
            os.unlink(entry.path)
