# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What logrotate will make of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import logrotate
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.layout import Layout

MAIN = """
# defaults
weekly
create
include /etc/logrotate.d
"""


def made(root: Path, stanza: str, main: str = MAIN, name: str = "app") -> logrotate.Created | None:
    """What is created in the place of /var/log/app/a.log."""
    file = root / "var/log/app/a.log"
    for path, text in {file: "", root / "etc/logrotate.conf": main, root / "etc/logrotate.d" / name: stanza}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    layout = Layout(str(root))
    return logrotate.created(layout, logrotate.read(layout), str(file))


@pytest.mark.parametrize(
    ("stanza", "expected"),
    [
        ("/var/log/app/*.log {\n  create 0640 root adm\n}", (0o640, "root", "adm", "/etc/logrotate.d/app:1")),
        ("/var/log/app/*.log {\n  create 600\n}", (0o600, "", "", "/etc/logrotate.d/app:1")),
        ("/var/log/b.log\n/var/log/app/a.log\n{\n  create 0640 root adm\n}", (0o640, "root", "adm", "/etc/logrotate.d/app:3")),
        ('"/var/log/app/a.log" {\n  su app logs\n  create 0640\n}', (0o640, "app", "logs", "/etc/logrotate.d/app:1")),
        (
            "/var/log/app/a.log {\n create 0640 root adm # why\n postrotate\n  create 0600 x y\n endscript\n}",
            (0o640, "root", "adm", "/etc/logrotate.d/app:1"),
        ),
        ("/var/log/app/a.log {\n  create\n}", None),
        ('""\n/var/log/app/a.log {\n  create 0888 root adm\n}', None),
        ("/var/log/app/a.log {\n  create 0600 root root\n  copytruncate\n}", None),
        ("/var/log/app/a.log {\n  create 0600 root root\n  nocreate\n}", None),
        ("/var/log/other/*.log {\n  create 0600 root root\n}", None),
        ("/var/log/*.log {\n  create 0600 root root\n}", None),
    ],
)
def test_sections(tmp_path: Path, stanza: str, expected: tuple[int, str, str, str] | None) -> None:
    """The section of the file counts, and in it what logrotate itself would obey."""
    assert made(tmp_path, stanza) == expected


def test_common_directives_hold_for_sections_that_say_nothing(tmp_path: Path) -> None:
    assert made(tmp_path, "/var/log/app/a.log {\n  daily\n}", "create 0600 root utmp\ninclude /etc/logrotate.d\n") == (
        0o600,
        "root",
        "utmp",
        "/etc/logrotate.d/app:1",
    )


def test_files_that_logrotate_passes_over(tmp_path: Path) -> None:
    assert made(tmp_path, "/var/log/app/a.log {\n  create 0600 root root\n}", name="app.dpkg-old") is None


def test_a_host_without_logrotate(tmp_path: Path) -> None:
    assert logrotate.read(Layout(str(tmp_path))) == []
