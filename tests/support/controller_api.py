# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of AWX's API as the modules of awx.awx call: objects by type and number, their associations, surveys and approval nodes."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

UNIFIED = {"job_templates": "job_template", "workflow_job_templates": "workflow_job_template", "projects": "project"}
"""What ``unified_job_templates`` lists, and the type of each."""
APPROVALS = "workflow_approval_templates"
Answer = tuple[int, Any]


class Objects:
    """What AWX's database has: type → number → object. Objects of different types share their numbers."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[int, dict[str, Any]]] = {}
        self.associated: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[int, dict[str, Any]] = {}
        self._next = 1

    def make(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        """A new object, with the fields that AWX adds."""
        number, self._next = self._next, self._next + 1
        url = f"/api/v2/{kind}/{number}/"
        related = {"survey_spec": f"{url}survey_spec/"} if "job_templates" in kind else {}
        made = {
            "scm_revision": "",
            "summary_fields": {},
            "type": UNIFIED.get(kind, kind),
            **fields,
            "id": number,
            "url": url,
            "related": related,
        }
        self.stored.setdefault(kind, {})[number] = made
        return made

    def named(self, kind: str) -> dict[str, dict[str, Any]]:
        """The objects of a type by name."""
        return {item["name"]: item for item in self.stored.get(kind, {}).values()}

    def links(self, kind: str, item: dict[str, Any], link: str) -> list[int]:
        """The numbers of what is associated with an object."""
        return self.associated.setdefault((kind, item["id"], link), [])

    def found(self, kind: str, query: dict[str, str]) -> list[dict[str, Any]]:
        """The objects of a type whose fields are as a query asks."""
        kinds = list(UNIFIED) if kind == "unified_job_templates" else [kind]
        every = [item for one in kinds for item in self.stored.get(one, {}).values()]
        return [item for item in every if all(str(item.get(key)) == value for key, value in query.items())]


def answer(objects: Objects, method: str, target: str, data: dict[str, Any]) -> Answer:
    """The status and the content of the answer to a request."""
    address = urlsplit(target)
    _api, _version, kind, *more = address.path.strip("/").split("/")
    if not more:
        if method == "POST":
            return 201, objects.make(kind, data)
        return 200, listed(objects.found(kind, dict(parse_qsl(address.query))))
    item = objects.stored.get(kind, {}).get(int(more[0]))
    if item is None:
        return 404, {"detail": "Not found."}
    if len(more) > 1:
        return sub_object(objects, kind, item, more[1], method, data)
    if method == "DELETE":
        del objects.stored[kind][item["id"]]
        return 204, None
    if method == "PATCH":
        # What an approval does not have is ignored.
        item.update({key: value for key, value in data.items() if kind != APPROVALS or key in item})
    return 200, item


def sub_object(objects: Objects, kind: str, item: dict[str, Any], name: str, method: str, data: dict[str, Any]) -> Answer:
    """What stands below an object: its survey, the approval that a node of a workflow asks for, its associations."""
    if name == "survey_spec":
        if method == "POST":
            objects.surveys[item["id"]] = data
        return 200, objects.surveys.get(item["id"], {})
    if name == "create_approval_template":
        made = objects.make(APPROVALS, {key: data[key] for key in ("name", "description", "timeout")})
        item["related"]["unified_job_template"] = made["url"]
        return 201, made
    links = objects.links(kind, item, name)
    if method == "GET":
        return 200, listed([{"id": number} for number in links])
    links.remove(data["id"]) if data.get("disassociate") else links.append(data["id"])
    return 204, None


def listed(items: list[dict[str, Any]]) -> dict[str, Any]:
    """A page that holds everything."""
    return {"count": len(items), "next": None, "results": items}


class Controller:
    """Serves the API on a port of its own, as a context manager; ``writes`` are the requests that change something."""

    def __init__(self) -> None:
        self.objects = Objects()
        self.writes: list[tuple[str, str, dict[str, Any]]] = []
        lock = threading.Lock()
        controller = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def handle_any(self) -> None:
                """Answer it; one after the other."""
                data = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
                with lock:
                    if self.command != "GET":
                        controller.writes.append((self.command, self.path, data))
                    status, content = answer(controller.objects, self.command, self.path, data)
                body = b"" if content is None else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the names of the standard library

            def log_message(self, *_arguments: Any) -> None:
                """Nothing on stderr."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Controller:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
