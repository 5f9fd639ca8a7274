# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole configurations of the old agent, each in the way that people write them: by name, the text and what has to be refused in it."""

from __future__ import annotations

FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "windows line ends and a byte order mark": (
        "\ufeff[general]\r\nstate_file = /var/awslogs/state/agent-state\r\n\r\n[app]\r\nfile = /var/log/app.log\r\nlog_group_name = app\r\n"
        "log_stream_name = {instance_id}\r\n",
        (),
    ),
    "nothing but a general section": ("[general]\nstate_file = /var/lib/awslogs/agent-state\n", ()),
    "an empty file": ("", ()),
    "comments alone": ("# nothing\n; here\n", ()),
    "names of the section are capitals": (
        "[General]\nstate_file = /x\n[app]\nfile = /a.log\nlog_group_name = a\nlog_stream_name = s\n",
        ("section [General], file",),
    ),
    "a key outside of sections": ("file = /var/log/app.log\n[app]\nfile = /x\n", ("line 1 stands before",)),
    "a line without a value": ("[app]\nfile\n", ("line 2 is neither",)),
    "the same key twice": ("[app]\nfile = /a\nfile = /b\n", ("has file twice",)),
    "everything from the defaults": (
        "[DEFAULT]\nlog_group_name = fleet\nlog_stream_name = {hostname}\nencoding = latin_1\n[general]\nstate_file = /s\n"
        "[a]\nfile = /var/log/a.log\n[b]\nfile = /var/log/b.log\n",
        (),
    ),
    "expressions with percent signs and brackets": (
        "[general]\nstate_file = /s\n[gc]\nfile = /var/log/gc.log.*\nlog_group_name = gc\nlog_stream_name = {instance_id}\n"
        "datetime_format = [%Y-%m-%dT%H:%M:%S.%f%z]\nmulti_line_start_pattern = ^\\[\\d+%\\]\n",
        (),
    ),
    "an expression with a look-ahead": (
        "[general]\nstate_file = /s\n[app]\nfile = /a.log\nlog_group_name = a\nlog_stream_name = s\nmulti_line_start_pattern = ^(?!\\s)\n",
        ("multi_line_start_pattern",),
    ),
    "a day of the year": (
        "[general]\nstate_file = /s\n[app]\nfile = /a.log\nlog_group_name = a\nlog_stream_name = s\ndatetime_format = %Y %j %H:%M\n",
        ("datetime_format",),
    ),
    "paths of Windows": (
        "[app]\nfile = C:\\logs\\app.log\nlog_group_name = a\nlog_stream_name = s\n",
        ("section [app], file",),
    ),
    "a path that depends on the directory of the service": (
        "[app]\nfile = logs/app.log\nlog_group_name = a\nlog_stream_name = s\n",
        ("section [app], file",),
    ),
    "a stream that CloudWatch refuses": (
        "[app]\nfile = /a.log\nlog_group_name = a\nlog_stream_name = web:1\n[ok]\nfile = /b.log\nlog_group_name = b\nlog_stream_name = s\n",
        ("section [app], log_stream_name",),
    ),
    "a group with a blank": (
        "[app]\nfile = /a.log\nlog_group_name = my group\nlog_stream_name = s\n",
        ("section [app], log_group_name",),
    ),
    "the archives of a log": (
        "[app]\nfile = /var/log/app.log.gz\nlog_group_name = a\nlog_stream_name = s\n",
        ("section [app], file",),
    ),
    "retentions of one group that contradict each other": (
        "[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\nretention_in_days = 7\n"
        "[b]\nfile = /b.log\nlog_group_name = g\nlog_stream_name = s\nretention_in_days = 30\n",
        ("section [b], retention_in_days",),
    ),
    "buffers of many lengths": (
        "[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\nbuffer_duration = 10000\n"
        "[b]\nfile = /b.log\nlog_group_name = g\nlog_stream_name = t\nbuffer_duration = 60000\n",
        (),
    ),
    "a buffer of years": (
        "[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\nbuffer_duration = 99999999999999\n",
        ("section [a], buffer_duration",),
    ),
    "an encoding that only Python knows": (
        "[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\nencoding = utf_8_sig\n"
        "[b]\nfile = /b.log\nlog_group_name = g\nlog_stream_name = t\nencoding = johab\n",
        ("section [b], encoding",),
    ),
    "a key indented by mistake": (
        "[a]\nfile = /a.log\n  log_group_name = g\nlog_stream_name = s\n",
        ("section [a], log_group_name", "goes on in the next line"),
    ),
    "keys that somebody left there": (
        "[general]\nstate_file = /s\naws_access_key_id = AKIAHUNTER2\n[a]\nfile = /a.log\nlog_group_name = g\nlog_stream_name = s\n"
        "aws_secret_access_key = hunter2\n",
        (),
    ),
    "a section of blanks and letters of the world": (
        "[Größe und Maß]\nfile = /var/log/größe.log\nlog_group_name = g\nlog_stream_name = straße\n",
        (),
    ),
}
