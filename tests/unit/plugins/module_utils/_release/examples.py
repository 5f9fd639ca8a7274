# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans and published configurations for the tests of releases."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.canonical import canonical_text
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.history import Version
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.parts import file_name
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import parameters, publications
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.sources import Published

NAME = "AmazonCloudWatch-web"
SMALL = {"metrics": {"metrics_collected": {"mem": {"measurement": ["mem_used_percent"]}}}}
LARGE = {
    "logs": {"logs_collected": {"files": {"collect_list": [{"file_path": f"/var/log/{number:03}/{'x' * 80}"} for number in range(150)]}}}
}


def plan_of(
    configuration: dict[str, Any] | None = None, name: str = NAME, regions: tuple[str, ...] = ("us-east-1",), profile: str = ""
) -> dict[str, Any]:
    """A plan with two hosts a region."""
    hosts, configurations = {}, []
    for region in regions:
        key, names = f"{region}/{name}", [f"{region}-1", f"{region}-2"]
        hosts.update({host: {"name": name, "region": region, "profile": profile, "mode": "ec2", "key": key} for host in names})
        text = canonical_text(configuration or SMALL)
        configurations.append({"key": key, "name": name, "region": region, "profile": profile, "text": text, "hosts": names})
    return {"hosts": hosts, "configurations": configurations}


def published_of(
    plan: dict[str, Any], versions: dict[str, int] | None = None, labels: dict[str, dict[str, int]] | None = None, **more: Any
) -> list[Published]:
    """What was published of a plan: every part at version 5 unless said otherwise, labels by name."""
    found = []
    for publication in publications(plan):
        parts = []
        for desired in parameters(publication):
            name = desired["name"]
            version = 0 if "value" not in desired else (versions or {}).get(name, 5)
            at = dict.fromkeys([*desired.get("labels", []), *desired.get("label_versions", {}), *desired["report_labels"]], 0)
            at.update({"candidate": version} if version else {})
            at.update((labels or {}).get(name, {}))
            parts.append(
                {
                    "name": name,
                    "version": version,
                    "labels": at,
                    "labelled_values": {},
                    "stored_value": None,
                    "changed_parts": [],
                    **more.get(name, {}),
                }
            )
        found.append(Published(publication, parts))
    return found


def version(number: int, content: Any = None, **fields: Any) -> Version:
    """A version of a parameter; without content each number has its own."""
    configuration = {"agent": {"metrics_collection_interval": number}, **SMALL} if content is None else content
    text = configuration if isinstance(configuration, str) else canonical_text(configuration)
    return Version(number, text, f"2026-11-{number:02}T10:00:00Z", "arn:aws:iam::123456789012:user/alice", **fields)


def observed_of(*parameters: tuple[str, Version]) -> dict[str, Any]:
    """The result of cw_agent_info on a host that has fetched these versions of parameters."""
    return {"agent": {"configurations": [{"file": file_name(name, one.number), "digest": one.digest} for name, one in parameters]}}
