# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands for a call of AWS's API before it is made, and tags, which every service has. Pure."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, NamedTuple


class Step(NamedTuple):
    """A call of the API: boto3's name of the operation, and its arguments."""

    operation: str
    arguments: dict[str, Any]


def texts(tags: Mapping[str, Any]) -> dict[str, str]:
    """Tags as AWS has them."""
    return {str(key): str(value) for key, value in tags.items()}


def wrong_tags(tags: Mapping[str, Any], where: str, most: int = 50) -> Iterator[str]:
    """What AWS would refuse of *tags*; *where* they are said."""
    for key, value in texts(tags).items():
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            yield (
                f"{where} has {key!r}: {value!r}, which AWS does not take."
                " Hint: keys of 1 to 128 characters that do not begin with aws:, values of 256 at most."
            )
    if len(tags) > most:
        yield f"{where} has {len(tags)} tags. Hint: AWS takes {most} at most."


def stale_tags(found: Mapping[str, str], wanted: Mapping[str, str], purge: bool) -> list[str]:
    """The keys of tags to take away; AWS's own cannot be."""
    return sorted(key for key in found if purge and key not in wanted and not key.startswith("aws:"))


def tags_after(found: Mapping[str, str], wanted: Mapping[str, str], purge: bool) -> dict[str, str]:
    """All tags once the stale ones are gone and the new ones are set."""
    stale = stale_tags(found, wanted, purge)
    return {**{key: value for key, value in found.items() if key not in stale}, **wanted}


def aws_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as CloudWatch takes them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def retagging(arn: str, found: Mapping[str, str], wanted: Mapping[str, str], purge: bool) -> list[Step]:
    """CloudWatch's calls that make the tags of a resource what they shall be."""
    stale, added = stale_tags(found, wanted, purge), new_tags(found, wanted)
    made = [Step("untag_resource", {"ResourceARN": arn, "TagKeys": stale})] if stale else []
    return made + ([Step("tag_resource", {"ResourceARN": arn, "Tags": aws_tags(added)})] if added else [])


def new_tags(found: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The tags that are missing or have another value."""
    return {key: value for key, value in wanted.items() if found.get(key) != value}
