# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's own programs. Their exit status tells; what they print is only ever shown."""

from __future__ import annotations

import json
import os
import random
import tempfile

from . import credentials, safe_files
from .complaints import complaint
from .configurations import Source, active, digest, matches
from .errors import HostError
from .system import TIMED_OUT, Host, Result, ending, read_text

PAUSES = (1.0, 2.0, 4.0)
# Bounds of the whole, repetitions included.
DOWNLOAD_SECONDS = 90.0
CHANGE_SECONDS = 120.0
TEST_SECONDS = 90.0

_KILLER = "Hint: look for who kills it, such as the kernel for want of memory (journalctl -k)"


def _patiently(host: Host, argv: list[str], seconds: float) -> Result:
    """Run what asks AWS, for ``seconds`` altogether.

    A fleet that asks at the same moment is throttled, so a failure is tried again, at no common moment; a program that hangs is not.
    """
    deadline = host.monotonic() + seconds
    for pause in PAUSES:
        answer = host.run(argv, max(1.0, deadline - host.monotonic()))
        rest = pause * random.uniform(0.5, 1.5)  # noqa: S311 # spreads load, guards nothing
        if answer.rc in (0, TIMED_OUT) or host.monotonic() + rest >= deadline:
            return answer
        host.sleep(rest)
    return host.run(argv, max(1.0, deadline - host.monotonic()))


def _killed(program: str, answer: Result) -> str:
    return f"the agent's {program} {ending(answer)}"


def _unanswered(what: str, seconds: float) -> str:
    return (
        f"{what} did not end within {seconds:g} s and was killed. Hint: the host does not reach AWS (Systems Manager of its region) or its "
        "metadata service; check its route, its proxy (common-config.toml) and its name service"
    )


def download(host: Host, location: str, mode: str) -> str:
    """What the host itself gets from ``location``, by the agent's downloader and with the agent's credentials. Nothing live is touched.

    Raises:
        HostError: the host gets nothing from there, or the downloader did not end or was killed.
    """
    with tempfile.TemporaryDirectory(prefix="cw-agent-") as scratch:
        argv = [host.layout.program("config-downloader"), "--output-dir", scratch, "--download-source", location]
        argv += ["--mode", mode, "--multi-config", "append", *_common_config(host)]
        answer = _patiently(host, argv, DOWNLOAD_SECONDS)
        fetched = os.listdir(scratch)
        if answer.rc == TIMED_OUT:
            raise HostError(
                f"{_unanswered(f'fetching {location} (mode {mode})', DOWNLOAD_SECONDS)}; nothing was changed", complaint(answer)
            )
        if answer.rc < 0:
            raise HostError(f"{_killed('config-downloader', answer)} while it fetched {location}; nothing was changed. {_KILLER}")
        if answer.rc != 0 or len(fetched) != 1:
            raise HostError(
                f"the host cannot fetch {location} (mode {mode}); nothing was changed. Hint: it must exist in the host's region, "
                "and the host's role or profile must be allowed ssm:GetParameter on it",
                complaint(answer),
            )
        return read_text(os.path.join(scratch, fetched[0]))


def _common_config(host: Host) -> list[str]:
    """The option that names common-config.toml; the agent's programs read it as root, so it has to be what it seems."""
    path = host.layout.common_config
    return ["--config", path] if safe_files.read_regular(path) else []


def can_validate(host: Host, mode: str) -> bool:
    """Whether a translator can validate yet. Off EC2 it needs the region of a profile, which a run may be about to write."""
    return mode == "ec2" or bool(credentials.used(host).region)


def validate(host: Host, sources: list[Source], mode: str, programs: str = "") -> None:
    """Let the agent's translator and its schema test validate the contents in a scratch directory; raises when they refuse.

    ``programs``: the directory of another build's programs, unpacked and not installed.
    """
    for source in sources:
        _refuse_no_object(source)
    directory = programs or os.path.dirname(host.layout.program("config-translator"))
    with tempfile.TemporaryDirectory(prefix="cw-agent-") as scratch:
        inlet, toml = os.path.join(scratch, "in"), os.path.join(scratch, "agent.toml")
        os.mkdir(inlet)
        for source in sources:
            with open(os.path.join(inlet, source.file), "w", encoding="utf-8") as stream:
                stream.write(source.content)
        argv = [os.path.join(directory, "config-translator"), "--input", os.path.join(scratch, "none"), "--input-dir", inlet]
        argv += ["--output", toml, "--mode", mode, "--multi-config", "remove", *_common_config(host)]
        _test(host, argv, sources, "translator")
        _test(host, [os.path.join(directory, "amazon-cloudwatch-agent"), "-schematest", "-config", toml], sources, "schema test")


def _refuse_no_object(source: Source) -> None:
    # The translator skips a broken file and takes its default configuration instead: it must never see one.
    try:
        parsed = json.loads(source.content)
    except ValueError as error:
        raise HostError(f"{source.location} is not valid JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise HostError(f"{source.location} is not a JSON object")


def _test(host: Host, argv: list[str], sources: list[Source], who: str) -> None:
    answer = host.run(argv, timeout=TEST_SECONDS)
    named = ", ".join(source.location for source in sources)
    if answer.rc == TIMED_OUT:
        raise HostError(
            f"{_unanswered(f'the {who} of the installed agent ({named})', TEST_SECONDS)}; nothing was changed", complaint(answer)
        )
    if answer.rc < 0:
        raise HostError(f"{_killed(who, answer)} on {named}; nothing was changed. {_KILLER}", complaint(answer))
    if answer.rc != 0:
        raise HostError(f"the installed agent's {who} refuses {named}; nothing was changed", complaint(answer))


def activate(host: Host, sources: list[Source], mode: str) -> None:
    """Make ``sources`` the active configurations; the daemon is left alone. Raises when they are not, whatever the program says."""
    safe_files.make_directory(host.layout.directory)
    for index, source in enumerate(sources):
        action = "append-config" if index else "fetch-config"
        argv = [host.layout.program("amazon-cloudwatch-agent-ctl"), "-a", action, "-m", mode, "-c", source.location]
        answer = _patiently(host, argv, CHANGE_SECONDS)
        if answer.rc == TIMED_OUT:
            raise HostError(_unanswered(f"{action} of {source.location}", CHANGE_SECONDS), complaint(answer))
        if answer.rc != 0:
            raise HostError(f"{action} of {source.location} {ending(answer)}", complaint(answer))
    _remove_others(host, [source.file for source in sources])
    found = active(host.layout)
    if not matches(found, sources):
        held = ", ".join(f"{one.file} ({one.digest[:12]})" for one in found) or "nothing"
        desired = ", ".join(f"{source.file} ({digest(source.content)[:12]})" for source in sources)
        raise HostError(f"{host.layout.directory} holds {held} after the change, desired {desired}")


def _remove_others(host: Host, names: list[str]) -> None:
    # The control program leaves dot-files, which the agent reads at its next start.
    for one in safe_files.entries(host.layout.directory):
        if one.is_file and one.name not in names:
            safe_files.remove_regular(os.path.join(host.layout.directory, one.name))
