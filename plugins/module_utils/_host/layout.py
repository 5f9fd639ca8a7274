# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the agent's package keeps things. Every path lies below one root, so that tests can use a directory."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

BASE = "/opt/aws/amazon-cloudwatch-agent"
PACKAGE = "amazon-cloudwatch-agent"
UNIT = "amazon-cloudwatch-agent.service"
ENVIRONMENT_FILE = f"/etc/systemd/system/{UNIT}.d/60-cloudwatch-agent-ansible.env"
"""Variables of the agent's process, as its unit names the file."""

AWSLOGS = ("/etc/awslogs", "/var/awslogs/etc")
"""Of awslogs, the old agent: where the package of Amazon Linux has its files, and where the installation script has them."""


class Layout(NamedTuple):
    """Paths of the agent below ``root``."""

    root: str = "/"

    def at(self, path: str) -> str:
        """``path``, an absolute path of the host, below the root."""
        return os.path.join(self.root, path.lstrip("/"))

    def program(self, name: str) -> str:
        """A program of the package."""
        return self.at(f"{BASE}/bin/{name}")

    @property
    def base(self) -> str:
        """Where the package lives."""
        return self.at(BASE)

    @property
    def etc(self) -> str:
        """The agent's own files; the agent changes their owner at every start of the service."""
        return self.at(f"{BASE}/etc")

    @property
    def directory(self) -> str:
        """The directory of the active configurations. Every file in it counts, at any depth."""
        return f"{self.etc}/amazon-cloudwatch-agent.d"

    @property
    def legacy(self) -> str:
        """The single configuration file of old agents; it counts beside the directory."""
        return f"{self.etc}/amazon-cloudwatch-agent.json"

    @property
    def derived(self) -> list[str]:
        """Files that the agent makes from the configurations: rewritten at every translation."""
        names = ("amazon-cloudwatch-agent.toml", "amazon-cloudwatch-agent.yaml", "env-config.json", "log-config.json")
        return [f"{self.etc}/{name}" for name in names]

    @property
    def common_config(self) -> str:
        """Credentials, proxies and certificate authorities."""
        return f"{self.etc}/common-config.toml"

    @property
    def drop_in(self) -> str:
        """The drop-in of the agent's unit that the collection writes."""
        return self.at(f"/etc/systemd/system/{UNIT}.d/50-cloudwatch-agent-ansible.conf")

    @property
    def environment_drop_in(self) -> str:
        """The drop-in of the agent's unit with the environment of its process."""
        return self.at(f"/etc/systemd/system/{UNIT}.d/60-cloudwatch-agent-ansible.conf")

    @property
    def environment_file(self) -> str:
        """The variables that this drop-in reads, for root alone."""
        return self.at(ENVIRONMENT_FILE)

    @property
    def env_config(self) -> str:
        """Variables that the agent takes into its environment: its own ones are reset at every translation."""
        return f"{self.etc}/env-config.json"

    @property
    def version_file(self) -> str:
        """One line: the exact build."""
        return f"{self.base}/bin/CWAGENT_VERSION"

    @property
    def log_file(self) -> str:
        """Where the agent logs unless its configuration says otherwise."""
        return self.at(f"{BASE}/logs/amazon-cloudwatch-agent.log")

    @property
    def validation_log(self) -> str:
        """What the agent's control program writes at every change."""
        return self.at(f"{BASE}/logs/configuration-validation.log")

    @property
    def offsets(self) -> str:
        """How far the agent has read each log file."""
        return self.at(f"{BASE}/logs/state")

    @property
    def transaction(self) -> str:
        """Holds the state before a change for as long as the change lasts; on the file system of the configurations."""
        return f"{self.base}/.change-in-progress"

    @property
    def previous(self) -> str:
        """Holds the state before the last change that worked, until the next one."""
        return f"{self.base}/.previous-configuration"

    @property
    def records(self) -> str:
        """What the collection itself remembers of the host, for root alone."""
        return self.at("/var/lib/cloudwatch-agent-ansible")

    @property
    def log_access(self) -> str:
        """Whom the collection has given access to which log files."""
        return f"{self.records}/log-access.json"

    @property
    def unmanaged_copies(self) -> str:
        """Copies of other people's files that were removed."""
        return f"{self.records}/unmanaged"

    @property
    def lock(self) -> str:
        """Held by whoever changes the agent; its directory is root's alone."""
        return self.at("/run/cloudwatch-agent-ansible/lock")


def file_name(location: str) -> str:
    """The name under which the agent keeps what it fetched from ``location`` (``ssm:NAME``, ``file:PATH`` or ``default``)."""
    scheme, _colon, rest = location.partition(":")
    if scheme == "file":
        rest = os.path.basename(rest)
    return re.sub(r"[/ :\\]", "_", f"{scheme}_{rest}" if rest else scheme)
