# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`lab fault`: make calls to the AWS stand-in fail, through its control interface."""

from __future__ import annotations

import argparse
import json
import urllib.error
import urllib.request

from .base import LabError
from .state import Lab

KINDS = ("throttle", "5xx", "timeout", "reset", "lost", "denied", "expired")
FIELDS = {
    "service": (str, "ssm, logs, cloudwatch, … (wildcards allowed)"),
    "operation": (str, "an API operation, as PutParameter (wildcards allowed)"),
    "host": (str, "the calling host; `controller` for calls from outside the hosts"),
    "region": (str, "the region that is called"),
    "count": (int, "so many calls; without it until `clear`"),
    "probability": (float, "of each matching call, 0 to 1"),
    "seconds": (float, "how long a `timeout` holds the call"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab fault", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="let matching calls fail; prints the rule with its number")
    add.add_argument("kind", choices=KINDS, help="lost: the answer is lost after the call has had its effect")
    for name, (kind, text) in FIELDS.items():
        add.add_argument(f"--{name}", type=kind, help=text)
    clear = commands.add_parser("clear", help="forget one rule, or all")
    clear.add_argument("number", nargs="?", default="")
    commands.add_parser("list", help="print the rules, a JSON object a line")
    return parser


def _call(lab: Lab, method: str, path: str, content: object = None) -> object:
    data = None if content is None else json.dumps(content).encode()
    address = f"http://127.0.0.1:{lab.data['ports']['aws']}/_lab/faults{path}"
    message = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(message, timeout=30) as reply:
            return json.loads(reply.read())
    except urllib.error.HTTPError as error:
        raise LabError(f"the AWS stand-in refused: {error.read().decode(errors='replace').strip()}") from error
    except OSError as error:
        raise LabError(f"the AWS stand-in does not answer: {error}") from error


def main(lab: Lab, arguments: list[str]) -> int:
    """Run one fault command."""
    options = vars(_parser().parse_args(arguments))
    command = options.pop("command")
    if command == "add":
        print(json.dumps(_call(lab, "POST", "", {name: value for name, value in options.items() if value is not None})))
    elif command == "clear":
        _call(lab, "DELETE", f"/{options['number']}" if options["number"] else "")
    else:
        rules = _call(lab, "GET", "")
        for rule in rules if isinstance(rules, list) else []:
            print(json.dumps(rule))
    return 0
