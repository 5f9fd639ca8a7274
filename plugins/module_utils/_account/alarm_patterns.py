# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Well-known patterns of the log groups of trails and flow logs, by the names that users write. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Pattern(NamedTuple):
    """``pattern``: of the metric filter; ``threshold``: events of a period from which on the alarm goes off; ``text``: what they mean."""

    pattern: str
    text: str
    threshold: int = 1


def _events(*names: str, source: str = "") -> str:
    """The pattern of a trail's events by their names."""
    either = " || ".join(f"($.eventName = {name})" for name in names)
    return f'{{ $.eventSource = "{source}" && ({either}) }}' if source else f"{{ {either} }}"


PATTERNS: dict[str, Pattern] = {
    "root_login": Pattern(
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
        "The root user of the account was used",
    ),
    "unauthorized_calls": Pattern(
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }', "Calls were refused for missing permissions", 5
    ),
    "login_without_mfa": Pattern(
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") '
        '&& ($.responseElements.ConsoleLogin = "Success") }',
        "Somebody has logged in to the console without MFA",
    ),
    "failed_logins": Pattern(
        '{ ($.eventName = "ConsoleLogin") && ($.errorMessage = "Failed authentication") }', "Logins to the console have failed", 3
    ),
    "trail_changes": Pattern(
        _events("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"), "A trail was changed or stopped"
    ),
    "iam_changes": Pattern(
        _events(
            *("CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "AttachRolePolicy", "DetachRolePolicy"),
            *("AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy", "DetachGroupPolicy", "PutRolePolicy", "PutUserPolicy"),
            *("PutGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "DeleteGroupPolicy"),
        ),
        "Policies of IAM were changed",
    ),
    "key_deletion": Pattern(
        _events("DisableKey", "ScheduleKeyDeletion", source="kms.amazonaws.com"), "A KMS key was disabled or is to be deleted"
    ),
    "security_group_changes": Pattern(
        _events(
            *("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"),
            *("CreateSecurityGroup", "DeleteSecurityGroup"),
        ),
        "Security groups were changed",
    ),
    "rejected_traffic": Pattern(
        "[version, account, interface, source, destination, source_port, destination_port, protocol, packets, bytes, start, end,"
        ' action = "REJECT", status]',
        "Network traffic was rejected",
        100,
    ),
}
"""By name; all but the last are of trails, the last is of flow logs in the default format."""
