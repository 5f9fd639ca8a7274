# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a listing, as every API of Systems Manager has them."""

from __future__ import annotations

from typing import Any

from aws.answer import AwsError
from aws.answer import constraint as aws_constraint


def page(items: list[Any], params: dict[str, Any], name: str, most: int, usual: int | None = None, least: int = 1) -> dict[str, Any]:
    """One page of `items` under `name`, with a token where more follow; `usual`: how many without MaxResults."""
    size = int(params.get("MaxResults") or usual or most)
    if not least <= size <= most:
        bound = "less than or equal to" if size > most else "greater than or equal to"
        rule = f"Member must have value {bound} {most if size > most else least}"
        raise aws_constraint("ValidationException", size, "maxResults", rule)
    token = str(params.get("NextToken") or "page-0")
    if not token.removeprefix("page-").isdigit():
        raise AwsError("InvalidNextToken", "The specified token is not valid.")
    start = int(token.removeprefix("page-"))
    result: dict[str, Any] = {name: items[start : start + size]}
    if start + size < len(items):
        result["NextToken"] = f"page-{start + size}"
    return result
