# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file_path matches nothing, which reads the newest file only, and which is of another platform."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.file_paths import (
    control_characters,
    different_logs,
    foreign,
    never_matches,
)


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("", "linux"),
        ("/srv/logs/", "linux"),
        ("C:\\Logs\\", "windows"),
        ("/var/log/app.log ", "linux"),
        ('"/var/log/app.log"', "linux"),
        (" /var/log/app.log", "linux"),
        ("/var/log/a.log,/var/log/b.log", "linux"),
        ("C:\\a.log, D:\\b.log", "windows"),
        ("/srv/{a,b}/app.log", "linux"),
        ("/srv/{a,b}/app/*.log", "linux"),
        ("/var/log/app-{date}.log", "linux"),
        ("/var/log/{instance_id}/app.log", "linux"),
        ("/var/log/app-%Y-%m-%d.log", "linux"),
        ("${HOME}/app.log", "linux"),
        ("/home/$USER/app.log", "linux"),
        ("~/app.log", "linux"),
        ("%ProgramData%\\App\\app.log", "windows"),
        ("logs/app.log", "linux"),
        ("app.log", "windows"),
        ("/var/log/app[0-9.log", "linux"),
        ("/var/log/{a,b.log", "linux"),
        ("C:/Logs/**.log", "windows"),
    ],
)
def test_paths_that_match_no_file(name: str, platform: str) -> None:
    assert never_matches(name, platform, braces=True)[0]


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("/var/log/messages", "linux"),
        ("/var/log/app[0-9].log*", "linux"),
        ("/var/log/{a,b}.log", "linux"),
        ("/srv/*/{a,b}/app.log", "linux"),
        ("/var/log/app 100%.log", "linux"),
        ("/var/log/a,b.log", "linux"),
        ("/var/log/{{ name }}.log", "linux"),
        ("**/app.log", "linux"),
        ("C:\\Logs\\**.log", "windows"),
        ("C:/Logs/app.log", "windows"),
        ("\\\\server\\share\\app.log", "windows"),
        ("/Library/Logs/app.log", "darwin"),
    ],
)
def test_paths_that_may_match(name: str, platform: str) -> None:
    assert never_matches(name, platform, braces=True) == ("", "")


def test_braces_before_they_were_known() -> None:
    assert "1.300028" in never_matches("/var/log/{a,b}.log", "linux", braces=False)[0]
    assert never_matches("/var/**/{a,b}.log", "linux", braces=False) == ("", "")


@pytest.mark.parametrize(
    "name",
    [
        *("/srv/*/app.log", "/var/log/*", "/var/log/*.log", "/var/log/**.log", "/var/log/**/app.log", "/var/log/?*.txt"),
        *("/var/log/app/[ab].log", "/var/log/{api,web}.log", "/var/log/{api,web}-1.log", "/home/user-?/app.log"),
    ],
)
def test_patterns_of_several_logs(name: str) -> None:
    assert different_logs(name, "linux")


@pytest.mark.parametrize(
    "name", ["/var/log/messages*", "/var/log/app-*.log", "/var/log/app.log.*", "/var/log/app.log.[0-9]", "/var/log/app.log", "/a/.hidden*"]
)
def test_patterns_of_one_log_under_changing_names(name: str) -> None:
    assert not different_logs(name, "linux")


def test_windows_separates_by_both_slashes() -> None:
    assert different_logs("C:\\Logs\\*\\app.log", "windows")
    assert different_logs("C:/Logs/*.log", "windows")
    assert not different_logs("C:\\Logs\\app*.log", "windows")


@pytest.mark.parametrize(
    ("name", "platform", "owner"),
    [
        ("D:/app.log", "linux", "Windows"),
        ("\\\\server\\share", "darwin", "Windows"),
        ("Logs\\app.log", "linux", "Windows"),
        ("/var/log/a\\ b", "linux", ""),
        ("/var/log/app.log", "windows", "Linux"),
        ("//server/share/app.log", "windows", ""),
        ("C:\\app.log", "windows", ""),
    ],
)
def test_paths_of_another_platform(name: str, platform: str, owner: str) -> None:
    assert foreign(name, platform) == owner


@pytest.mark.parametrize(
    ("text", "found"),
    [("C:\new\table", ["\\n", "\\t"]), ("a\x85b", ["\\N"]), ("C:\x08in", ["\\b"]), ("/var/log/ü ö", []), ("\x01", ["\\x01"])],
)
def test_control_characters_in_paths(text: str, found: list[str]) -> None:
    assert control_characters(text) == found


def test_tabs_are_no_mistake_in_texts() -> None:
    assert control_characters("a\tb\n", text=True) == []
    assert control_characters("\x08ERROR", text=True) == ["\\b"]
