# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed requests to AWS (Signature Version 4) over TLS with the system's CA store."""

from __future__ import annotations

import datetime
import gzip
import hashlib
import hmac
import http.client
import json
import os
import random
import re
import ssl
import time
import urllib.parse
import urllib.request

TIMEOUT = 30
TRIES, FIRST_PAUSE = 4, 0.06
USER_AGENT = "aws-sdk-go/1.48.6 (go1.26.8; linux; amd64)"


class AwsError(Exception):
    """An answer that is an error: its code, message and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Connection:
    """One kept-alive connection to a host, through the configured proxy if there is one."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.link: http.client.HTTPSConnection | None = None

    def _open(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)
        proxy = urllib.request.getproxies().get("https")
        if proxy and not urllib.request.proxy_bypass(self.host):
            parts = urllib.parse.urlsplit(proxy if "//" in proxy else "http://" + proxy)
            link = http.client.HTTPSConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT, context=context)
            link.set_tunnel(self.host, 443)
            return link
        return http.client.HTTPSConnection(self.host, 443, timeout=TIMEOUT, context=context)

    def post(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Send; a connection the other side has closed meanwhile is opened again once."""
        for fresh in (self.link is None, True):
            try:
                if self.link is None:
                    self.link = self._open()
                self.link.request("POST", "/", body, headers)
                answer = self.link.getresponse()
                return answer.status, answer.read()
            except (http.client.RemoteDisconnected, http.client.CannotSendRequest, ConnectionResetError, BrokenPipeError) as error:  # noqa: PERF203 (one failure does not end the loop)
                self.close()
                if fresh:
                    raise AwsError("RequestError", f'send request failed caused by: Post "https://{self.host}/": {error}') from error
            except (OSError, http.client.HTTPException) as error:
                self.close()
                raise AwsError("RequestError", f'send request failed caused by: Post "https://{self.host}/": {error}') from error
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Drop the connection."""
        if self.link is not None:
            self.link.close()
        self.link = None


class Client:
    """Calls to one service in one region with credentials from a provider (an object with get() -> dict)."""

    def __init__(self, service: str, region: str, provider: object, agent: str = "", endpoint: str = "") -> None:
        suffix = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}.get(region.partition("-")[0], "amazonaws.com")
        self.service = service
        self.region = region
        self.provider = provider
        self.agent = agent or USER_AGENT
        self.connection = Connection(endpoint.rpartition("//")[2].rstrip("/") or f"{service}.{region}.{suffix}")

    def json(self, target: str, payload: dict, extra: dict[str, str] | None = None, packed: bool = False) -> dict:
        """Call a JSON 1.1 operation."""
        body = json.dumps(payload, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode("utf-8")
        status, answer = self._send(body, {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target, **(extra or {})}, packed)
        try:
            decoded = json.loads(answer.decode("utf-8", "replace") or "{}")
        except ValueError:
            decoded = {}
        if status < 300:
            return decoded
        decoded = decoded if isinstance(decoded, dict) else {}
        code = str(decoded.get("__type") or decoded.get("code") or "InternalFailure").rsplit("#", maxsplit=1)[-1]
        raise AwsError(code, str(decoded.get("message") or decoded.get("Message") or ""), status)

    def query(self, fields: dict[str, str], extra: dict[str, str] | None = None, packed: bool = False) -> str:
        """Call a query-protocol operation; return the XML text."""
        body = urllib.parse.urlencode(sorted(fields.items())).encode("ascii")
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **(extra or {})}
        status, answer = self._send(body, kind, packed)
        text = answer.decode("utf-8", "replace")
        if status < 300:
            return text
        raise AwsError(_tag(text, "Code") or "InternalFailure", _tag(text, "Message"), status)

    def _send(self, body: bytes, headers: dict[str, str], packed: bool) -> tuple[int, bytes]:
        """Compress, sign, send; a few quick tries, as the SDK makes them."""
        if packed:
            body = gzip.compress(body, 6)
            headers = {**headers, "Content-Encoding": "gzip"}
        headers = {**headers, "Host": self.connection.host, "Content-Length": str(len(body))}
        for attempt in range(TRIES):
            signed = sign(headers, body, self.service, self.region, self.provider.get())  # type: ignore[attr-defined]
            status, answer = self.connection.post({"User-Agent": self.agent, "Accept-Encoding": "identity", **signed}, body)
            if attempt == TRIES - 1 or not self._again(status, answer):
                break
            time.sleep(random.uniform(0.5, 1) * FIRST_PAUSE * 2**attempt)
        return status, answer

    def _again(self, status: int, answer: bytes) -> bool:
        """Tell whether the answer is one that another try may better; keys that have expired are fetched anew."""
        if status < 400:
            return False
        if re.search(rb"ExpiredToken|RequestExpired", answer):
            self.provider.forget()  # type: ignore[attr-defined]
            return True
        return status >= 500 or bool(re.search(rb"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown", answer))


def _tag(text: str, name: str) -> str:
    """Return the text of the first XML element of that name."""
    found = re.search(f"<{name}>(.*?)</{name}>", text, re.S)
    return found.group(1).strip() if found else ""


def sign(headers: dict[str, str], body: bytes, service: str, region: str, keys: dict) -> dict[str, str]:
    """Return the headers with date, token and authorization."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {**headers, "X-Amz-Date": now}
    if keys.get("token"):
        headers["X-Amz-Security-Token"] = keys["token"]
    lowered = sorted((name.lower(), value.strip()) for name, value in headers.items())
    names = ";".join(name for name, _unused in lowered)
    canonical = "\n".join(["POST", "/", "", *["{}:{}".format(*pair) for pair in lowered], "", names, hashlib.sha256(body).hexdigest()])
    scope = f"{now[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + keys["secret"]).encode()
    for part in (now[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}".format(
        keys["access"], scope, names, signature
    )
    return headers
