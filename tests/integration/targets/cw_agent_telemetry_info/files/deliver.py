# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""deliver.py ENDPOINT REGION KEY SECRET CA INSTANCE [SECONDS-LATER]: what an agent would send of one host, now or a little later."""

from __future__ import annotations

import contextlib
import sys
import time

import boto3

endpoint, region, key, secret, authority, instance, *later = sys.argv[1:]
time.sleep(float(later[0]) if later else 0)
session = boto3.session.Session(key, secret, region_name=region)
logs = session.client("logs", endpoint_url=endpoint, verify=authority)
metrics = session.client("cloudwatch", endpoint_url=endpoint, verify=authority)
with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
    logs.create_log_group(logGroupName="/it/app")
logs.create_log_stream(logGroupName="/it/app", logStreamName=instance)
now = time.time()
events = [{"timestamp": int(now * 1000) + number, "message": f"line {number}"} for number in range(3)]
logs.put_log_events(logGroupName="/it/app", logStreamName=instance, logEvents=events)
datum = {"MetricName": "mem_used_percent", "Dimensions": [{"Name": "InstanceId", "Value": instance}], "Timestamp": now, "Value": 12.5}
metrics.put_metric_data(Namespace="CWAgent", MetricData=[datum])
