# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node is asked about its CloudWatch agent, in one script that only reads, and what its answer says.

A line of the answer is a key, a tab and a value. The result has the shape that ``cw_agent_info`` gives ``agent``, as far as a script can
know it.
"""

from __future__ import annotations

import json
from typing import Any, Mapping

LINUX = r"""
base=/opt/aws/amazon-cloudwatch-agent
say() { printf '%s\t%s\n' "$1" "$2"; }
say clock "$(date +%s)"
say utc_offset "$(date +%z)"
say uptime "$(cut -d ' ' -f 1 /proc/uptime)"
say hostname "$(uname -n)"
package=$(dpkg-query -W -f '${db:Status-Abbrev}' amazon-cloudwatch-agent 2> /dev/null)
rpm -q amazon-cloudwatch-agent > /dev/null 2>&1 && package=ii
say package "$package"
say build "$(cat $base/bin/CWAGENT_VERSION 2> /dev/null)"
properties=ActiveState,InvocationID,ExecMainStartTimestampMonotonic,UnitFileState,NRestarts
systemctl show amazon-cloudwatch-agent.service --property=$properties 2> /dev/null | while IFS= read -r line; do say unit "$line"; done
if cd $base/etc 2> /dev/null; then
  find amazon-cloudwatch-agent.d amazon-cloudwatch-agent.json -type f ! -name '*.tmp' -exec sha256sum {} + 2> /dev/null |
    while IFS= read -r line; do say configuration "$line"; done
fi
profile='s/^[[:space:]]*shared_credential_profile[[:space:]]*=[[:space:]]*"\([^"]*\)".*/\1/p'
say credential_profile "$(sed -n "$profile" $base/etc/common-config.toml 2> /dev/null | head -n 1)"
tail -n 300 $base/logs/amazon-cloudwatch-agent.log 2> /dev/null | grep ' E! ' | tail -n 5 | cut -c 1-300 |
  while IFS= read -r line; do say error "$line"; done
metadata=http://169.254.169.254/latest
if command -v curl > /dev/null; then
  token=$(curl -sf -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $metadata/api/token 2> /dev/null)
  if [ -n "$token" ]; then
    header="X-aws-ec2-metadata-token: $token"
    say document "$(curl -sf -m 2 -H "$header" $metadata/dynamic/instance-identity/document | tr -d '\n')"
    say metadata_hostname "$(curl -sf -m 2 -H "$header" $metadata/meta-data/hostname)"
    say autoscaling_group "$(curl -sf -m 2 -H "$header" $metadata/meta-data/tags/instance/aws:autoscaling:groupName)"
  fi
fi
say end .
"""
"""For /bin/sh. Without curl, what only the metadata service knows is missing."""

WINDOWS = r"""
$base = "$Env:ProgramData\Amazon\AmazonCloudWatchAgent"
$program = "$Env:ProgramFiles\Amazon\AmazonCloudWatchAgent"
function Say($key, $value) { Write-Output "$key`t$value" }
Say clock ([DateTimeOffset]::UtcNow.ToUnixTimeSeconds())
Say utc_offset ((Get-Date -Format 'zzz') -replace ':', '')
Say hostname $Env:COMPUTERNAME
if (Test-Path "$program\amazon-cloudwatch-agent.exe") { Say package ii }
if (Test-Path "$program\CWAGENT_VERSION") { Say build (Get-Content "$program\CWAGENT_VERSION") }
$service = Get-Service -Name AmazonCloudWatchAgent -ErrorAction SilentlyContinue
if ($service) {
  Say unit "ActiveState=$(if ($service.Status -eq 'Running') { 'active' } else { 'inactive' })"
  $main = Get-CimInstance Win32_Service -Filter "Name='AmazonCloudWatchAgent'"
  Say unit "UnitFileState=$(if ($main.StartMode -eq 'Auto') { 'enabled' } else { 'disabled' })"
  if ($main.ProcessId) {
    $process = Get-Process -Id $main.ProcessId
    Say started ([DateTimeOffset]$process.StartTime).ToUnixTimeSeconds()
    Say unit "InvocationID=$($main.ProcessId)-$($process.StartTime.Ticks)"
  }
}
Get-ChildItem "$base\Configs" -File -ErrorAction SilentlyContinue | Where-Object { $_.Extension -ne '.tmp' } | ForEach-Object {
  Say configuration "$((Get-FileHash $_.FullName -Algorithm SHA256).Hash.ToLower())  amazon-cloudwatch-agent.d/$($_.Name)"
}
Select-String -Path "$base\Logs\amazon-cloudwatch-agent.log" -Pattern ' E! ' -ErrorAction SilentlyContinue | Select-Object -Last 5 |
  ForEach-Object { Say error $_.Line }
Say end .
exit 0
"""
"""For PowerShell, with the paths of AWS's installer."""

DIRECTORY = "amazon-cloudwatch-agent.d/"


def agent_of(text: str, mode: str, instance_id: str) -> dict[str, Any]:
    """The agent that the answer *text* describes, as cw_agent_info has it; {} where the answer is not a whole one.

    Args:
        mode: ``ec2`` or ``onPremise``, as planned.
        instance_id: the node's id.
    """
    answers: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, tab, value = line.partition("\t")
        if tab:
            answers.setdefault(key, []).append(value.strip())
    if "end" not in answers:
        return {}
    first = {key: values[0] for key, values in answers.items()}
    document = _document(first.get("document", ""))
    installed = first.get("package", "").startswith("ii") and bool(first.get("build"))
    own_id = instance_id if mode == "ec2" else ""
    return {
        "package": {"installed": installed, "build": first.get("build", "") if installed else ""},
        "service": _service(first, dict(item.split("=", 1) for item in answers.get("unit", []) if "=" in item)),
        "configurations": [_configuration(item) for item in answers.get("configuration", [])],
        "mode": mode,
        "common_config": {"profile": first.get("credential_profile", "")},
        "identity": _identity(first, document, own_id),
        "region": document.get("region", ""),
        "hostname": first.get("hostname", ""),
        "log_stream_default": own_id if mode == "ec2" else first.get("hostname", ""),
        "errors": answers.get("error", []),
        "files": [],
        "mounts": [],
        "clock": float(first.get("clock") or 0),
        "utc_offset": _offset(first.get("utc_offset", "")),
    }


def _service(first: Mapping[str, str], unit: Mapping[str, str]) -> dict[str, Any]:
    return {
        "active_state": unit.get("ActiveState", "inactive"),
        "invocation_id": unit.get("InvocationID", ""),
        "started_at": _started(first, unit),
        "enabled": unit.get("UnitFileState") == "enabled",
        "restarts": int(unit["NRestarts"]) if unit.get("NRestarts", "").isdigit() else None,
    }


def _identity(first: Mapping[str, str], document: Mapping[str, str], own_id: str) -> dict[str, Any]:
    return {
        "instance_id": own_id,
        "region": document.get("region", ""),
        "account_id": document.get("accountId", ""),
        "image_id": document.get("imageId", ""),
        "instance_type": document.get("instanceType", ""),
        "private_ip": document.get("privateIp", ""),
        "hostname": first.get("metadata_hostname", ""),
        "autoscaling_group": first.get("autoscaling_group") or None,
    }


def _document(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items() if value is not None} if isinstance(found, dict) else {}


def _configuration(line: str) -> dict[str, str]:
    digest, _space, file = line.partition(" ")
    return {"digest": digest, "file": file.strip().removeprefix(DIRECTORY)}


def _started(first: Mapping[str, str], unit: Mapping[str, str]) -> float:
    """Seconds since the epoch; 0 while it does not run. Counted back from now, as a clock may be set after the start."""
    if unit.get("ActiveState") != "active":
        return 0.0
    if first.get("started"):
        return float(first["started"])
    started = int(unit.get("ExecMainStartTimestampMonotonic") or 0) / 1e6
    return round(float(first.get("clock") or 0) - float(first.get("uptime") or 0) + started, 3) if started else 0.0


def _offset(text: str) -> float | None:
    """Seconds that the local time is ahead of UTC, of ``+0130``."""
    digits = text.lstrip("+-")
    if len(digits) != 4 or not digits.isdigit():
        return None
    seconds = int(digits[:2]) * 3600.0 + int(digits[2:]) * 60
    return -seconds if text.startswith("-") else seconds
