# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serving over HTTP: keep-alive, one thread a connection, on 127.0.0.1 only."""

from __future__ import annotations

import argparse
import contextlib
import os
import traceback
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from aws.front import Front
from aws.journal import Journal

SETTINGS = (
    "metric_list_delay",
    "stream_time_delay",
    "credential_seconds",
    "parameter_write_rate",
    "flow_log_one_format",
    "alarm_hold_seconds",
    "command_visible_delay",
    "command_clock",
    "node_lost_seconds",
)


class Handler(MotoRequestHandler):
    """HTTP/1.1 with keep-alive, which werkzeug's own handler does not keep; no delay for small answers; quiet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """One request; the application's answers are whole and carry their length."""
        environ = {**self.make_environ(), "lab.handler": self}
        began: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            began.append((status, headers))

        try:
            body = b"".join(self.server.app(environ, start))
            status, headers = began[0]
        except ConnectionError as error:
            self.connection_dropped(error)
            return
        except Exception as error:
            self.server.log("error", f"{environ.get('PATH_INFO')}: {error!r}")
            traceback.print_exc()
            body, status, headers = b"", "500 Internal Server Error", [("Content-Length", "0")]
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), f"Date: {self.date_time_string()}"]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The request log tells more."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="The AWS stand-in of the lab, on 127.0.0.1 only.")
    parser.add_argument("--port", type=int, default=0, help="0: a free one, see --state-dir")
    parser.add_argument("--state-dir", type=Path, required=True, help="gets the files pid and url")
    parser.add_argument("--request-log", type=Path, help="default: requests.jsonl in the state directory")
    parser.add_argument("--metric-list-delay", type=float, default=900, help="seconds until ListMetrics shows a new metric")
    parser.add_argument("--stream-time-delay", type=float, default=3600, help="seconds until DescribeLogStreams shows an event's times")
    parser.add_argument("--credential-seconds", type=float, default=21600, help="life of role credentials from IMDS")
    parser.add_argument("--parameter-write-rate", type=float, default=0, help="PutParameter calls a second before it throttles; 0: any")
    parser.add_argument("--flow-log-one-format", type=float, default=1, help="0: a second flow log that differs in format alone is taken")
    parser.add_argument("--alarm-hold-seconds", type=float, default=3600, help="how long a state that SetAlarmState has set stays")
    parser.add_argument("--command-visible-delay", type=float, default=1, help="seconds until a new command's invocations are shown")
    parser.add_argument("--command-clock", type=float, default=1, help="seconds of Run Command's time-outs that pass in a second")
    parser.add_argument("--node-lost-seconds", type=float, default=300, help="silence after which a node's connection counts as lost")
    return parser.parse_args()


def main() -> None:
    """Serves until killed."""
    asked = arguments()
    asked.state_dir.mkdir(parents=True, exist_ok=True)
    settings = {name: getattr(asked, name) for name in SETTINGS}
    front = Front(
        DomainDispatcherApplication(create_backend_app),
        Journal(asked.request_log or asked.state_dir / "requests.jsonl"),
        settings,
    )
    server = make_server("127.0.0.1", asked.port, front, threaded=True, request_handler=Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    (asked.state_dir / "pid").write_text(f"{os.getpid()}\n")
    (asked.state_dir / "url").write_text(f"{url}\n")
    print(f"AWS stand-in at {url}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
