# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`amazon-ssm-agent`: the daemon, `-register`, `-version`, and the worker of one command."""

from __future__ import annotations

import argparse
import pathlib

from . import agent, places, registration
from .identity import HybridKeys, InstanceKeys, Service, find
from .worker import Worker


def main(arguments: list[str]) -> int:
    """Run one of them; returns the exit status."""
    parser = argparse.ArgumentParser(prog="amazon-ssm-agent", allow_abbrev=False)
    parser.add_argument("-register", action="store_true")
    parser.add_argument("-version", action="store_true")
    parser.add_argument("-code", default="")
    parser.add_argument("-id", default="")
    parser.add_argument("-region", default="")
    parser.add_argument("-y", action="store_true")
    parser.add_argument("--worker", type=pathlib.Path)
    asked = parser.parse_args(arguments)
    if asked.version:
        print(f"SSM Agent version: {places.VERSION}")
        return 0
    if asked.register:
        return registration.register(asked.code, asked.id, asked.region, asked.y)
    if asked.worker:
        identity = find()
        assert identity is not None, "a worker runs on a node"
        Worker(Service(identity, HybridKeys() if identity.hybrid else InstanceKeys()), asked.worker).run()
        return 0
    return agent.main()
