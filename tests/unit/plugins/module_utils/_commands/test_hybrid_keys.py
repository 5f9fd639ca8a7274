# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of the SSM agent: the script that names them in the agent's settings. Which hosts need it: test_agent_fleet.py."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import hybrid_keys

COMMENTS = '# [credentials]\n#    shared_credential_profile = "{profile_name}"\n'
NAMED = '\n[credentials]\n  shared_credential_profile = "default"\n  shared_credential_file = "KEYS"\n'
OTHER = '[credentials]\n  shared_credential_profile = "other"\n'
REGION = "[default]\nregion = eu-west-1\n"


@pytest.mark.parametrize(
    ("settings", "region", "settings_after", "region_after"),
    [
        (None, None, NAMED, REGION),
        (COMMENTS, "[profile x]\nregion = us-west-2\n", COMMENTS + NAMED, "[profile x]\nregion = us-west-2\n" + REGION),
        (COMMENTS, "[default]\noutput = json\n", COMMENTS + NAMED, f"{REGION}output = json\n"),
        (OTHER, "[default]\noutput = json\nregion = us-west-2\n", OTHER, "[default]\noutput = json\nregion = us-west-2\n"),
    ],
)
def test_the_keys_of_the_ssm_agent_are_named_once_and_nothing_else_changes(
    tmp_path: Path, settings: str | None, region: str | None, settings_after: str, region_after: str
) -> None:
    """The script runs, and runs again."""
    common, keys, config = tmp_path / "etc" / "common-config.toml", tmp_path / ".aws" / "credentials", tmp_path / ".aws" / "config"
    lines = hybrid_keys.script("eu-west-1")
    script = "\n".join(lines).replace("/opt/aws/amazon-cloudwatch-agent", str(tmp_path)).replace("/root", str(tmp_path))
    run = ["/bin/sh"]
    refused = subprocess.run(run, input=script, capture_output=True, text=True, timeout=120, check=False)
    assert refused.returncode == 1 and "keeps no keys" in refused.stderr and not config.exists()
    for file, text in ((common, settings), (keys, "[default]\n"), (config, region)):
        file.parent.mkdir(exist_ok=True)
        if text is not None:
            file.write_text(text)
    for _time in range(2):
        subprocess.run(run, input=script, text=True, timeout=120, check=True)
        assert common.read_text() == settings_after.replace("KEYS", str(keys))
        assert config.read_text() == region_after
    assert region is not None or config.stat().st_mode & 0o777 == 0o600
