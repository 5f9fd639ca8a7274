# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How clients of AWS are made, wait and repeat."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.clients import (
    ATTEMPTS,
    READ_SECONDS,
    client_config,
    service_data,
    session,
)


def test_reads_are_repeated_and_writes_are_not() -> None:
    assert client_config(repeat=True).retries == {"mode": "adaptive", "total_max_attempts": ATTEMPTS}
    assert client_config(repeat=False).retries["total_max_attempts"] == 1
    assert client_config(repeat=True).read_timeout == READ_SECONDS


def test_what_botocore_knows_of_services_is_read_once_for_all_sessions() -> None:
    one, two = session(None), session(None)
    assert one is not two
    assert [each._session.get_component("data_loader") for each in (one, two)] == [service_data(), service_data()]
    client = two.client("ssm", region_name="eu-west-1", aws_access_key_id="AKIA", aws_secret_access_key="x")
    assert client.meta.service_model.service_name == "ssm"
