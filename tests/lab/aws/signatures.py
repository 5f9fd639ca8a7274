# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a request was signed with the secret of its access key: botocore signs it again, and the two are compared."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

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


def _header(environ: dict[str, Any], name: str) -> str:
    key = name.upper().replace("-", "_")
    return str(environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", ""))


def _expected(call: Call, names: list[str], secret: str) -> str:
    query = call.environ.get("QUERY_STRING", "")
    url = f"http://{_header(call.environ, 'host')}{quote(call.environ.get('PATH_INFO', '/'))}{'?' if query else ''}{query}"
    headers = {name: _header(call.environ, name) for name in names}
    request = AWSRequest(method=call.environ.get("REQUEST_METHOD", "POST"), url=url, headers=headers, data=call.raw)
    request.context["timestamp"] = call.date
    signer = _Again(Credentials(call.access_key, secret), call.service, call.region)
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def check(call: Call, secret: str) -> None:
    """Refuses a request whose signature was not made with ``secret``, in the words of its service."""
    found = _PARTS.search(_header(call.environ, "authorization"))
    if found and hmac.compare_digest(found[2], _expected(call, found[1].split(";"), secret)):
        return
    if call.service == "ec2":
        raise AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    raise AwsError("InvalidSignatureException", _MESSAGE, 403 if call.protocol == "query" else 400, "SignatureDoesNotMatch")
