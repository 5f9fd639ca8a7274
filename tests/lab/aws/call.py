# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to AWS, decoded: which service, operation, region and parameters, whoever's protocol it uses."""

from __future__ import annotations

import gzip
import io
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aws import cbor

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
_SIGNATURE = re.compile(r"Signature=([^,\s]*)")
_HOST = re.compile(r"^([a-z0-9-]+)\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.amazonaws\.(?:com|eu)")
_TARGETS = {
    "AmazonSSM": "ssm",
    "EC2WindowsMessageDeliveryService": "ec2messages",
    "Logs_20140328": "logs",
    "GraniteServiceVersion20100801": "monitoring",
}
_RPC = re.compile(r"^/service/(\w+)/operation/(\w+)$")
_READS = re.compile(
    r"^(Get|Describe|List|Filter|Lookup|Simulate|Search|Test|BatchGet|AssumeRole|Decode|Select|StartQuery|StopQuery|GET|HEAD)"
)


@dataclass
class Call:
    """A decoded request.

    `host` is the lab host that sent it, None for the controller; `access_key` is empty where the request is not signed; `recorded`: its
    signature was cut, as in recordings; `raw`: the body as it was sent; `protocol` is one of json, cbor, query, ec2, rest.
    """

    environ: dict[str, Any]
    body: bytes
    host: str | None
    service: str
    region: str
    operation: str
    protocol: str
    access_key: str
    recorded: bool
    date: str
    raw: bytes = b""
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def write(self) -> bool:
        """Whether the operation may change something; what is not known to read counts as a write."""
        return not _READS.match(self.operation)

    @property
    def presigned(self) -> bool:
        """Whether the signature stands in the URL, which says itself how long it is good."""
        return "X-Amz-Signature=" in self.environ.get("QUERY_STRING", "")

    @property
    def token(self) -> str:
        """The session token that came with the key, '' without one."""
        query = dict(parse_qsl(self.environ.get("QUERY_STRING", "")))
        return str(self.environ.get("HTTP_X_AMZ_SECURITY_TOKEN") or query.get("X-Amz-Security-Token", ""))

    def answerable(self, body: bytes, account: str) -> dict[str, Any]:
        """A WSGI environment for moto: this call's headers, another (plain) body, the caller's account."""
        environ = {key: value for key, value in self.environ.items() if key not in ("HTTP_CONTENT_ENCODING", "HTTP_X_LAB_HOST")}
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["wsgi.input_terminated"] = True
        return environ


def unfold(pairs: dict[str, str]) -> dict[str, Any]:
    """The query protocol's dotted names as nested data: `A.member.1.B=x` → {"A": [{"B": "x"}]}; an empty value of a list or
    structure (`A=` beside nothing else) stays an empty string."""
    tree: dict[str, Any] = {}
    for name, value in pairs.items():
        node = tree
        *parents, last = name.split(".")
        for parent in parents:
            child = node.get(parent)
            if not isinstance(child, dict):
                child = node[parent] = {}
            node = child
        node.setdefault(last, value)
    return {key: _listed(value) for key, value in tree.items()}


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if len(node) == 1 and next(iter(node)) in ("member", "entry") and isinstance(next(iter(node.values())), dict):
        node = next(iter(node.values()))
    if node and all(key.isdigit() for key in node):
        return [_listed(node[key]) for key in sorted(node, key=int)]
    return {key: _listed(value) for key, value in node.items()}


def _read_body(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH")
    stream = environ["wsgi.input"]
    raw: bytes = stream.read(int(length)) if length else stream.read() if environ.get("wsgi.input_terminated") else b""
    return raw


def _unpacked(environ: dict[str, Any], raw: bytes) -> bytes:
    if environ.get("HTTP_CONTENT_ENCODING", "").lower() == "gzip" and raw[:2] == b"\x1f\x8b":
        return gzip.decompress(raw)
    return raw


def decode(environ: dict[str, Any]) -> Call:
    """Reads a request from its WSGI environment (the body is consumed and, where gzipped, unpacked)."""
    raw = _read_body(environ)
    body = _unpacked(environ, raw)
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    authorization = environ.get("HTTP_AUTHORIZATION") or "Credential=" + query.get("X-Amz-Credential", "")
    access_key, region, service = _scope(environ, authorization)
    signature = _SIGNATURE.search(authorization)
    operation, protocol, params = _operation(environ, body, query)
    return Call(
        environ=environ,
        body=body,
        host=environ.get("HTTP_X_LAB_HOST") or None,
        service=service,
        region=region,
        operation=operation,
        protocol="ec2" if protocol == "query" and service == "ec2" else protocol,
        access_key=access_key,
        recorded=bool(signature and signature[1] == "..."),
        date=environ.get("HTTP_X_AMZ_DATE") or query.get("X-Amz-Date", ""),
        raw=raw,
        params=unfold(params) if protocol == "query" and service == "monitoring" else params,
    )


def _scope(environ: dict[str, Any], authorization: str) -> tuple[str, str, str]:
    """Access key, region and service: of the signature's scope, else of target and host name."""
    scope = _SCOPE.search(authorization)
    if scope:
        return scope[1], scope[2], scope[3]
    name = _HOST.match(environ.get("HTTP_HOST", ""))
    target = environ.get("HTTP_X_AMZ_TARGET", "").split(".")[0]
    return "", name[2] if name else "us-east-1", _TARGETS.get(target) or (name[1] if name else "")


def _operation(environ: dict[str, Any], body: bytes, query: dict[str, str]) -> tuple[str, str, dict[str, Any]]:
    path = environ.get("PATH_INFO", "/")
    rpc = _RPC.match(path)
    if rpc:
        return rpc[2], "cbor", cbor.decode(body)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if "." in target:
        try:
            params = json.loads(body or b"{}")
        except ValueError:
            params = {}
        return target.rsplit(".", 1)[1], "json", params
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        query = {**query, **dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))}
    if "Action" in query:
        action = query.pop("Action")
        query.pop("Version", None)
        return action, "query", query
    return f"{environ.get('REQUEST_METHOD', 'GET')} {path}", "rest", query
