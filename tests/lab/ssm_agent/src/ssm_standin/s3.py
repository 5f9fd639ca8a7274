# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of S3: one signed PUT."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import urllib.error
import urllib.parse
import urllib.request

from standin.awshttp import AwsError


def put(region: str, keys: dict[str, str], bucket: str, key: str, body: bytes) -> None:
    """Write an object, path style; AwsError where it is refused."""
    host, path = f"s3.{region}.amazonaws.com", urllib.parse.quote(f"/{bucket}/{key}")
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": now}
    if keys.get("token"):
        headers["x-amz-security-token"] = keys["token"]
    names = ";".join(sorted(headers))
    canonical = "\n".join(["PUT", path, "", *[f"{name}:{headers[name]}" for name in sorted(headers)], "", names, digest])
    scope = f"{now[:8]}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    secret = ("AWS4" + keys["secret"]).encode()
    for part in (now[:8], region, "s3", "aws4_request"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={keys['access']}/{scope}, SignedHeaders={names}, Signature={signature}"
    headers["content-type"] = "application/octet-stream"
    request = urllib.request.Request(f"https://{host}{path}", body, headers, method="PUT")
    try:
        urllib.request.urlopen(request, timeout=30).close()
    except (OSError, urllib.error.URLError) as error:
        raise AwsError("S3", str(error)) from error
