# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a request was signed with the secret of its access key: botocore signs it again, and the two are compared."""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.call import Call

_PARTS = re.compile(r"SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)")
_MESSAGE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. "
    "Consult the service documentation for details."
)


class _Again(SigV4Auth):  # type: ignore[misc] # botocore has no types
    """Signs the headers that the client has signed, no others and all of them."""

    def headers_to_sign(self, request: Any) -> HTTPHeaders:
        """All of the request's, which holds no others."""
        headers = HTTPHeaders()
        for name, value in request.headers.items():
            headers[name.lower()] = value
        return headers


class _Presigned(_Again):
    """A URL that was signed: S3 takes its path as it is, and nobody has signed the body."""

    def _normalize_url_path(self, path: str) -> str:
        return path

    def payload(self, _request: Any) -> str:
        """What stands for the body."""
        return "UNSIGNED-PAYLOAD"


def _header(environ: dict[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    return str(environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", ""))


def _expected(call: Call, query: str, names: list[str], signer: SigV4Auth) -> str:
    url = f"http://{_header(call.environ, 'host')}{quote(call.environ.get('PATH_INFO', '/'))}{'?' if query else ''}{query}"
    headers = {name: _header(call.environ, name) for name in names}
    request = AWSRequest(method=call.environ.get("REQUEST_METHOD", "POST"), url=url, headers=headers, data=call.raw)
    request.context["timestamp"] = call.date
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def _fits(call: Call, secret: str) -> bool:
    query, key = call.environ.get("QUERY_STRING", ""), Credentials(call.access_key, secret)
    signed = dict(parse_qsl(query))
    if call.presigned:
        _require_unexpired(call, int(signed.get("X-Amz-Expires", "0")))
        rest = "&".join(pair for pair in query.split("&") if not pair.startswith("X-Amz-Signature="))
        names = signed.get("X-Amz-SignedHeaders", "").split(";")
        return hmac.compare_digest(signed["X-Amz-Signature"], _expected(call, rest, names, _Presigned(key, call.service, call.region)))
    found = _PARTS.search(_header(call.environ, "authorization"))
    again = _Again(key, call.service, call.region)
    return bool(found and hmac.compare_digest(found[2], _expected(call, query, found[1].split(";"), again)))


def _require_unexpired(call: Call, seconds: int) -> None:
    made = datetime.strptime(call.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if datetime.now(timezone.utc) > made + timedelta(seconds=seconds):
        raise AwsError("AccessDenied", "Request has expired", 403)


def check(call: Call, secret: str) -> None:
    """Refuses a request whose signature was not made with ``secret``, in the words of its service."""
    if _fits(call, secret):
        return
    if call.service == "ec2":
        raise AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    raise AwsError(
        "InvalidSignatureException", _MESSAGE, 403 if call.protocol == "query" or call.service == "s3" else 400, "SignatureDoesNotMatch"
    )
