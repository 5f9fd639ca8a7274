# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has that multiplies metrics."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.host_facts import Facts


def test_facts_with_and_without_prefix() -> None:
    item = {"resources": ["*"]}
    assert len(Facts({"processor_vcpus": 4}).cpus(item)) == 5
    assert len(Facts({"ansible_processor_vcpus": 4}).cpus(item)) == 5


def test_what_is_missing_is_assumed_and_named() -> None:
    facts = Facts({})
    assert facts.interfaces({}) == [{"interface": "eth0"}]
    assert facts.assumed == {"interfaces"}


def test_mounts_without_size_and_ignored_types_do_not_count() -> None:
    mounts = [{"mount": f"/{kind}", "fstype": kind, "size_total": size} for kind, size in (("xfs", 1), ("tmpfs", 1), ("proc", 0))]
    found = Facts({"mounts": mounts}).mounts({"ignore_file_system_types": ["tmpfs"], "drop_device": True})
    assert found == [{"path": "/xfs", "fstype": "xfs"}]
