# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's command line."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pathlib
import signal
import sys
import types
from collections.abc import Callable

from . import hosts, state
from .base import LabError, lab_name, lock, remove_tree, say

USAGE = """\
lab up [--ec2 N] [--onprem N] [--amazon N] [--install] [--ssm]
lab exec HOST COMMAND…
lab inventory | env | status
lab package deb|rpm
lab repository DIRECTORY [--signer good|bad] BUILD...
lab fault add|clear|list …
lab down

Environment: LAB_NAME (default lab) keeps labs apart; LAB_STATE (default /var/tmp/cw-agent-lab) holds their state;
LAB_DEBIAN (bullseye, bookworm or trixie; default bookworm) is the release of new Debian hosts;
LAB_AGENT_PACKAGE and LAB_AGENT_PACKAGE_RPM replace the agent stand-in by a given package, LAB_SSM_AGENT that of the SSM Agent."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", usage=USAGE)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="bring the lab to the asked numbers of hosts; a kind that is not named keeps its number")
    up.add_argument("--ec2", type=_number, metavar="N", help="Debian hosts that are EC2 instances")
    up.add_argument("--onprem", type=_number, metavar="N", help="Debian hosts outside EC2")
    up.add_argument("--amazon", type=_number, metavar="N", help="EC2 hosts that Ansible takes for Amazon Linux 2023 (rpm, dnf)")
    up.add_argument("--install", action="store_true", help="install the agent, and make what a conformance run needs")
    up.add_argument("--ssm", action="store_true", help="install the SSM agent: every host becomes a node of Systems Manager")
    run = commands.add_parser("exec", help="run a command as root on a host")
    run.add_argument("host")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
    commands.add_parser("inventory", help="print the hosts as a YAML inventory")
    commands.add_parser("env", help="print `export NAME=VALUE` lines for AWS tools and tests")
    commands.add_parser("status", help="print a line for each host; exit status 0 when all are ready")
    repository = commands.add_parser("repository", help="make a signed repository for dnf of the agent stand-in")
    repository.add_argument("directory", type=pathlib.Path)
    repository.add_argument("builds", nargs="+", metavar="BUILD")
    repository.add_argument("--signer", choices=("good", "bad"), default="good")
    package = commands.add_parser("package", help="print the path of the agent stand-in's package")
    package.add_argument("kind", choices=("deb", "rpm"))
    fault = commands.add_parser("fault", help="make calls to the AWS stand-in fail")
    fault.add_argument("words", nargs=argparse.REMAINDER, metavar="add|clear|list")
    commands.add_parser("down", help="remove the lab and everything it left")
    return parser


def _number(text: str) -> int:
    if not text.isdigit() or int(text) > 200:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 200")
    return int(text)


def _up(options: argparse.Namespace) -> int:
    from . import start  # noqa: PLC0415  needs packages that the other commands do without

    start.up({kind: getattr(options, kind) for kind in state.KINDS}, options.install, options.ssm)
    return 0


def _exec(options: argparse.Namespace) -> int:
    lab = state.existing()
    if options.host not in lab.hosts:
        present = ", ".join(sorted(lab.hosts, key=state.host_order)) or "none"
        raise LabError(f"no host {options.host!r} in lab {lab.name!r}: it has {present}")
    if options.words[:1] == ["--"]:
        options.words.pop(0)
    if not options.words:
        raise LabError("no command is given: lab exec HOST COMMAND…")
    pid = hosts.pid_of(lab, options.host)
    if not pid:
        raise LabError(f"host {options.host} does not run: `lab up` starts it again")
    words = hosts.entering(pid, options.words)
    environment = {**hosts.ENVIRONMENT, **({"TERM": os.environ["TERM"]} if "TERM" in os.environ else {})}
    os.execvpe(words[0], words, environment)  # noqa: S606  its status and streams become ours


def _print_file(name: str) -> int:
    lab = state.existing()
    try:
        print((lab.directory / name).read_text(), end="")
    except FileNotFoundError as error:
        raise LabError(f"lab {lab.name!r} is only half up: run `lab up` again") from error
    return 0


def _status(_options: argparse.Namespace) -> int:
    lab = state.existing()
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  the other commands start faster without it

    lines: list[tuple[str, str]] = []
    served: list[str] = []
    try:
        served = list(state.ask_gateway(lab, {"do": "ping"}).get("hosts", []))
    except OSError as error:
        lines.append(("gateway", f"does not answer: {error}"))
    if not state.alive(lab, "aws"):
        lines.append(("aws", "the AWS stand-in does not run"))
    names = sorted(lab.hosts, key=state.host_order)
    with ThreadPoolExecutor(8) as pool:
        problems = list(pool.map(lambda host: hosts.problem(lab, host), names))
    lines += [(host, why or ("" if host in served else "not connected to AWS's names")) for host, why in zip(names, problems, strict=True)]
    for name, why in lines:
        print(f"{name:<12} {lab.hosts.get(name, {}).get('instance_id', '-'):<20} {why or 'ready'}")
    return 1 if any(why for name, why in lines) else 0


def _package(options: argparse.Namespace) -> int:
    from . import mirror  # noqa: PLC0415  needs packages that the other commands do without

    print(mirror.stand_in(options.kind))
    return 0


def _repository(options: argparse.Namespace) -> int:
    from . import repository  # noqa: PLC0415  needs packages that the other commands do without

    repository.build(options.directory, options.builds, options.signer)
    return 0


def _fault(options: argparse.Namespace) -> int:
    from aws import fault_cli  # noqa: PLC0415  the other commands start faster without it

    lab = state.existing()
    try:
        return fault_cli.main(options.words, f"http://127.0.0.1:{lab.data['ports']['aws']}")
    except OSError as error:
        raise LabError(f"the AWS stand-in does not answer: {error}") from error


def _down(_options: argparse.Namespace) -> int:
    lab = state.Lab(lab_name())
    with lock(lab.lock, f"another command works on lab {lab.name!r}, waiting for it"):
        containers = hosts.remove_all(lab)
        processes = state.stop_processes(lab.name)
        found = containers or processes or lab.directory.exists()
        remove_tree(lab.run)
        remove_tree(lab.directory)
        lab.lock.unlink(missing_ok=True)
    for parent in (lab.directory.parent, lab.run.parent):
        with contextlib.suppress(OSError):
            parent.rmdir()
    say(f"lab {lab.name!r} is removed" if found else f"there was no lab {lab.name!r}")
    return 0


def _terminated(number: int, _frame: types.FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: list[str]) -> int:
    """Run one command; return the exit status."""
    signal.signal(signal.SIGTERM, _terminated)
    options = _parser().parse_args(arguments)
    if os.geteuid():
        print("lab: namespaces and containers need root", file=sys.stderr)
        return 1
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "up": _up,
        "exec": _exec,
        "status": _status,
        "package": _package,
        "repository": _repository,
        "fault": _fault,
        "down": _down,
        "inventory": lambda _: _print_file("inventory.yml"),
        "env": lambda _: _print_file("env"),
    }
    try:
        return actions[options.command](options)
    except (LabError, json.JSONDecodeError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
