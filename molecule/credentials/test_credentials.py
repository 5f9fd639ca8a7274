# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host and the AWS stand-in after the role credentials with keys from variables."""

from __future__ import annotations

import json
import os
import pathlib
import time
from typing import Any

PLACE = "/etc/amazon-cloudwatch-agent-credentials"
COMMON = "/opt/aws/amazon-cloudwatch-agent/etc/common-config.toml"


def test_profile_is_readable_for_the_agent_alone(host: Any) -> None:
    found = host.file(f"{PLACE}/credentials")
    assert (found.user, found.mode) == ("cwagent", 0o600)
    assert host.run(f"setpriv --reuid=cwagent --regid=cwagent --clear-groups cat {PLACE}/credentials").rc == 0
    assert host.run(f"setpriv --reuid=nobody --regid=nogroup --clear-groups cat {PLACE}/credentials").rc != 0


def test_profile_holds_the_keys_and_the_region(host: Any) -> None:
    text = host.file(f"{PLACE}/credentials").content_string
    assert f"aws_access_key_id = {os.environ['LAB_ONPREM_ACCESS_KEY_ID']}\n" in text
    assert f"aws_secret_access_key = {os.environ['LAB_ONPREM_SECRET_ACCESS_KEY']}\n" in text
    assert "region = us-east-1\n" in host.file(f"{PLACE}/config").content_string


def test_the_rest_of_the_settings_stays(host: Any) -> None:
    text = host.file(COMMON).content_string
    assert f'shared_credential_file = "{PLACE}/credentials"' in text
    assert 'no_proxy = "169.254.169.254,10.0.0.1"' in text
    assert text.count("\n# [credentials]") == 1


def test_a_handler_of_the_play_has_followed_once(host: Any) -> None:
    """After the first of two runs, which changed the host by two roles."""
    assert host.file("/root/followed").content_string == "followed\n"


def test_agent_sends_with_the_key(host: Any) -> None:
    name = host.run("hostname").stdout.strip()
    log = pathlib.Path(os.environ["LAB_REQUEST_LOG"])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        requests = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        sent = [one for one in requests if one["host"] == name and one["operation"] == "PutMetricData" and one["status"] == 200]
        if sent:
            assert {one["access_key"] for one in sent} == {os.environ["LAB_ONPREM_ACCESS_KEY_ID"]}
            return
        time.sleep(1)  # between two questions about a condition that has a deadline
    raise AssertionError("the agent has sent no metric within a minute")
