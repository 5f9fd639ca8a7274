# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes back to a client: plain answers, and AWS errors in the envelope of the protocol that was asked."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from aws import cbor

if TYPE_CHECKING:
    from aws.call import Call

XMLNS = {
    "monitoring": "http://monitoring.amazonaws.com/doc/2010-08-01/",
    "ec2": "http://ec2.amazonaws.com/doc/2016-11-15/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


@dataclass
class Answer:
    """An HTTP answer; `error` repeats the AWS error code for the request log."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    error: str | None = None


class AwsError(Exception):
    """A refusal as AWS words it. `query_code` is the code of the query protocol where it differs from JSON's."""

    def __init__(self, code: str, message: str = "", status: int = 400, query_code: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.query_code = query_code or code


def constraint(code: str, value: Any, name: str, rule: str) -> AwsError:
    """The wording of a request that breaks the API's own model; `code` is the service's name for it."""
    return AwsError(code, f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {rule}")


def plain(value: Any) -> Any:
    """Times as AWS's JSON protocols write them: seconds since the epoch, milliseconds kept."""
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def _xml(value: Any, member: str = "member") -> str:
    if isinstance(value, dict):
        return "".join(f"<{key}>{_xml(item, member)}</{key}>" for key, item in value.items() if item is not None)
    if isinstance(value, (list, tuple)):
        return "".join(f"<{member}>{_xml(item, member)}</{member}>" for item in value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if isinstance(value, bool):
        return str(value).lower()
    return escape(str(value))


def success(call: Call, result: dict[str, Any] | None) -> Answer:
    """A result in the protocol of the call (JSON, CBOR, query or EC2)."""
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-RequestId", request_id)]
    if call.protocol == "cbor":
        headers += [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        return Answer(200, headers, cbor.encode(result or {}))
    if call.protocol == "query":
        inner = f"<{call.operation}Result>{_xml(result)}</{call.operation}Result>" if result else ""
        body = (
            f'<{call.operation}Response xmlns="{XMLNS.get(call.service, "")}">{inner}'
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{call.operation}Response>"
        )
        return Answer(200, [*headers, ("Content-Type", "text/xml")], body.encode())
    if call.protocol == "ec2":
        inner = f"<requestId>{request_id}</requestId>{_xml(result or {}, 'item')}"
        body = f'<{call.operation}Response xmlns="{XMLNS["ec2"]}">{inner}</{call.operation}Response>'
        return Answer(200, [*headers, ("Content-Type", "text/xml")], body.encode())
    body = json.dumps(plain(result)) if result is not None else ""
    return Answer(200, [*headers, ("Content-Type", "application/x-amz-json-1.1")], body.encode())


def failure(call: Call, error: AwsError) -> Answer:
    """An error in the protocol of the call."""
    request_id = str(uuid.uuid4())
    sender = "Sender" if error.status < 500 else "Receiver"
    headers = [("x-amzn-RequestId", request_id)]
    if call.protocol in ("query", "ec2", "rest"):
        code, message = escape(error.query_code), escape(error.message)
        if call.protocol == "ec2":
            body = (
                f'<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>'
                f"</Error></Errors><RequestID>{request_id}</RequestID></Response>"
            )
        elif call.protocol == "rest":
            body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
        else:
            body = (
                f'<ErrorResponse xmlns="{XMLNS.get(call.service, "")}"><Error><Type>{sender}</Type><Code>{code}</Code>'
                f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
            )
        return Answer(error.status, [*headers, ("Content-Type", "text/xml")], body.encode(), error.query_code)
    headers += [("x-amzn-ErrorType", error.code), ("x-amzn-query-error", f"{error.query_code};{sender}")]
    if call.service != "monitoring":
        headers.pop()
    content: dict[str, Any] = {"__type": error.code}
    if error.message:
        content["message"] = error.message
    if call.protocol == "cbor":
        headers += [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        return Answer(error.status, headers, cbor.encode(content), error.code)
    headers.append(("Content-Type", "application/x-amz-json-1.1"))
    return Answer(error.status, headers, json.dumps(content).encode(), error.code)
