# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Causes from the log lines that the real agent wrote in each of these cases (contract §12)."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.causes import LOGS, METRICS, diagnose
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evidence import Evidence

STREAM = "/app/web/i-1"
SENDING = f"2026-11-21T12:00:00Z E! [outputs.cloudwatchlogs] Aws error received when sending logs to {STREAM}: "
USER = "arn:aws:sts::123456789012:assumed-role/agent/i-1"
DENIED = f"AccessDeniedException: User: {USER} is not authorized to perform: "
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/app/web:log-stream:i-1"
CREATE = f"2026-11-21T12:00:00Z E! [outputs.cloudwatchlogs] Unable to create log stream {STREAM}: "
TAIL = "2026-11-21T12:00:00Z E! [inputs.logfile] Failed to tail file /var/log/app.log with error: open /var/log/app.log: permission denied"


@pytest.mark.parametrize(
    ("kind", "line", "cause", "hint"),
    [
        (LOGS, f"{SENDING}{DENIED}logs:PutLogEvents on resource: {GROUP} because", f"may not call logs:PutLogEvents on {GROUP}", USER),
        (
            LOGS,
            f"{CREATE}{DENIED}logs:CreateLogGroup on resource: {GROUP}",
            "may not call logs:CreateLogGroup",
            "allow logs:CreateLogGroup",
        ),
        (
            METRICS,
            "E! cloudwatch: code: AccessDenied, message: no, original error: <nil>",
            "cloudwatch:PutMetricData",
            "CloudWatchAgentServerPolicy",
        ),
        (
            METRICS,
            "E! cloudwatch: WriteToCloudWatch failure, err:  AccessDenied: no",
            "role agent may not",
            "allow cloudwatch:PutMetricData",
        ),
        (LOGS, f"{SENDING}ExpiredTokenException: The security token included in the request is expired", "have expired", "role agent"),
        (METRICS, "E! cloudwatch: code: ExpiredToken, message: x", "have expired", "renew"),
        (LOGS, f"{SENDING}UnrecognizedClientException: The security token is invalid", "does not know the host's access key", "keys"),
        (METRICS, "E! cloudwatch: code: InvalidClientTokenId, message: x", "does not know the host's access key", "keys"),
        (LOGS, f"{SENDING}InvalidSignatureException: Signature expired: A is now earlier than B", "clock is wrong", "chrony"),
        (METRICS, "E! cloudwatch: code: SignatureDoesNotMatch, message: Signature not yet current: A", "clock is wrong", "chrony"),
        (METRICS, "E! cloudwatch: code: SignatureDoesNotMatch, message: x", "secret key is wrong", "secret key"),
        (LOGS, TAIL, "/var/log/app.log is not readable for cwagent", "let cwagent read /var/log/app.log"),
        (LOGS, f"{SENDING}ThrottlingException: Rate exceeded", "throttles", "quota"),
        (METRICS, "E! cloudwatch: code: InternalFailure, message: x", "error of its own", "again"),
        (
            LOGS,
            f"{SENDING}RequestError: send request failed caused by: dial tcp: lookup x: no such host",
            "does not reach",
            "CloudWatch Logs in us-east-1",
        ),
        (LOGS, f"{SENDING}RequestError: x509: certificate signed by unknown authority", "does not trust", "ca_bundle_path"),
        (LOGS, f"{SENDING}NoCredentialProviders: no valid providers in chain", "finds no credentials", "readable for cwagent"),
        (LOGS, "E! failed to describe log group retention for targets x: ExpiredTokenException: y", "have expired", "renew"),
    ],
)
def test_lines_of_the_real_agent(kind: str, line: str, cause: str, hint: str) -> None:
    known = Evidence(errors=(line,), run_as_user="cwagent", region="us-east-1", sends_to="us-east-1", role="agent")
    found = diagnose(kind, known, STREAM, "/var/log/app.log")
    assert found is not None
    assert cause in found.cause
    assert hint in found.hint
    assert found.line == line


def test_the_line_about_this_very_stream_comes_before_newer_ones() -> None:
    other = SENDING.replace(STREAM, "/other/i-1") + "ThrottlingException: x"
    known = Evidence(errors=(f"{SENDING}ExpiredTokenException: x", other))
    found = diagnose(LOGS, known, STREAM)
    assert found is not None
    assert "expired" in found.cause


def test_other_files_and_other_telemetry_say_nothing() -> None:
    assert diagnose(LOGS, Evidence(errors=(TAIL,)), "/other/i-1", "/var/log/other.log") is None
    assert diagnose(METRICS, Evidence(errors=(f"{SENDING}ExpiredTokenException: x",))) is None
    assert diagnose(LOGS, Evidence(errors=("E! cloudwatch: code: AccessDenied, message: x",)), STREAM) is None


def test_an_agent_that_does_not_run_is_the_first_cause() -> None:
    found = diagnose(METRICS, Evidence(active=False, errors=("E! cloudwatch: code: AccessDenied",)))
    assert found is not None
    assert "not running" in found.cause


def test_what_was_seen_of_the_file_needs_no_line() -> None:
    found = diagnose(LOGS, Evidence(run_as_user="cwagent"), STREAM, "/var/log/app.log", readable=False)
    assert found is not None
    assert "/var/log/app.log is not readable for cwagent" in found.cause


def test_a_wrong_region() -> None:
    found = diagnose(METRICS, Evidence(region="eu-west-1", sends_to="us-east-1"))
    assert found is not None
    assert "eu-west-1" in found.cause
    assert "cw_agent_region" in found.hint
