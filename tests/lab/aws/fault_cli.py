# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults from the command line: add, clear, list. `main` serves the lab's own command line."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.request
from typing import Any

KINDS = ("throttle", "5xx", "timeout", "reset", "lost", "denied", "expired", "incomplete", "early")


def ask(base_url: str, method: str, path: str, content: dict[str, Any] | None = None) -> Any:
    """One control request to the stand-in; raises SystemExit with its words when it refuses."""
    data = json.dumps(content).encode() if content is not None else None
    request = urllib.request.Request(f"{base_url.rstrip('/')}/_lab/{path}", data=data, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise SystemExit(f"fault: {json.loads(error.read()).get('error')}") from None


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="lab fault", description="Make AWS calls of the lab fail.")
    verbs = top.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="a new fault; prints its number")
    add.add_argument(
        "kind",
        choices=KINDS,
        help="lost: the write is done, then the connection drops without an answer; "
        "incomplete: FilterLogEvents answers an empty page with a token, GetMetricData no values and StatusCode InternalError, "
        "the metadata service (service imds, operations PUT… and GET…) does not know the path; "
        "early: what IAM has made a moment ago is not known yet (ec2 and iam)",
    )
    add.add_argument("--service", help="ssm, logs, cloudwatch, ec2, iam, sts, kms…; default any")
    add.add_argument("--operation", help="PutParameter, Get*…; default any")
    add.add_argument("--host", help="a lab host, or controller; default any")
    add.add_argument("--region", help="default any")
    add.add_argument("--count", type=int, help="how many calls it hits; default no end")
    add.add_argument("--probability", type=float, help="share of the matching calls it hits; default 1")
    add.add_argument("--seconds", type=float, help="timeout only: how long the call hangs; default 300")
    clear = verbs.add_parser("clear", help="removes one fault or all")
    clear.add_argument("id", nargs="?", type=int)
    verbs.add_parser("list", help="a line a fault")
    return top


def line(fault: dict[str, Any]) -> str:
    """A fault as a person reads it."""
    untold = {"id", "kind"} | ({"seconds"} if fault["kind"] != "timeout" else set())
    fields = " ".join(f"{key}={value}" for key, value in fault.items() if key not in untold and value is not None)
    return f"{fault['id']} {fault['kind']} {fields}"


def main(argv: list[str], base_url: str) -> int:
    """Runs one command against the stand-in at `base_url`; returns the exit status."""
    asked = vars(parser().parse_args(argv))
    verb = asked.pop("verb")
    if verb == "add":
        print(ask(base_url, "POST", "faults", {key: value for key, value in asked.items() if value is not None})["id"])
    elif verb == "clear":
        number = asked["id"]
        cleared = ask(base_url, "DELETE", "faults" if number is None else f"faults/{number}")["cleared"]
        if number is not None and not cleared:
            print(f"fault: there is no fault {number}", file=sys.stderr)
            return 1
    else:
        for fault in ask(base_url, "GET", "faults"):
            print(line(fault))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[2:], sys.argv[1]))
