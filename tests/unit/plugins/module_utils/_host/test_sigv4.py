# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signature beside botocore's."""

from __future__ import annotations

from datetime import datetime, timezone
from unittest import mock

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import sigv4
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.credentials import Keys

reason = "the other implementation is botocore's"
botocore_auth = pytest.importorskip("botocore.auth", reason=reason)
AWSRequest = pytest.importorskip("botocore.awsrequest", reason=reason).AWSRequest
Credentials = pytest.importorskip("botocore.credentials", reason=reason).Credentials

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)


@pytest.mark.parametrize("token", ["", "a/session+token=="])
def test_same_as_botocore(token: str) -> None:
    keys, host, body = (
        Keys("AKIAEXAMPLE", "secret/with+signs", token),
        "sts.eu-west-1.amazonaws.com",
        "Action=GetCallerIdentity&Version=2011-06-15",
    )
    headers = sigv4.signed(keys, "sts", "eu-west-1", host, body, NOW.timestamp())
    request = AWSRequest("POST", f"https://{host}/", {"content-type": sigv4.FORM, "host": host}, body)
    with mock.patch.object(botocore_auth, "get_current_datetime", create=True, return_value=NOW.replace(tzinfo=None)):
        signer = botocore_auth.SigV4Auth(Credentials(keys.access_key_id, keys.secret_access_key, token or None), "sts", "eu-west-1")
        request.context["timestamp"] = headers["x-amz-date"]
        request.headers["X-Amz-Date"] = headers["x-amz-date"]
        if token:
            request.headers["X-Amz-Security-Token"] = token
        text = signer.string_to_sign(request, signer.canonical_request(request))
    assert headers["authorization"].endswith(f"Signature={signer.signature(text, request)}")
    assert (
        "Credential=AKIAEXAMPLE/20260304/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date" in headers["authorization"]
    )
