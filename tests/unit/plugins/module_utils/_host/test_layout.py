# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.layout import Layout, file_name


@pytest.mark.parametrize(
    ("location", "name"),
    [("ssm:/a/b", "ssm__a_b"), ("ssm:foo:3", "ssm_foo_3"), ("file:/x/cw agent.json", "file_cw_agent.json"), ("default", "default")],
)
def test_file_names_are_the_agent_s(location: str, name: str) -> None:
    assert file_name(location) == name


def test_everything_is_below_the_root() -> None:
    layout = Layout("/r")
    paths = [layout.directory, layout.legacy, layout.transaction, layout.previous, layout.records, layout.unmanaged_copies, layout.lock]
    assert all(path.startswith("/r/") for path in [*paths, *layout.derived, layout.validation_log])


def test_what_root_keeps_is_not_below_what_the_agent_gives_away() -> None:
    layout = Layout()
    for kept in (layout.transaction, layout.previous, layout.records, layout.lock):
        assert not any(kept.startswith(f"{layout.base}/{given}/") for given in ("etc", "logs", "var"))
