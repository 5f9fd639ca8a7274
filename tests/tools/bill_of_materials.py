# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests install into the Python environment that runs this: a bill of materials in CycloneDX's JSON, with licences.

The collection itself brings no package along; its own needs stand in requirements.txt. Packages that do not say their licence are named on
stderr, and the exit status is 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from email.message import Message
from importlib.metadata import distributions
from typing import Any

CLASSIFIER = "License :: "
FREE_TEXT = 80
"""Longer than that, a licence field holds the licence's text and not its name."""


def licences(metadata: Message) -> list[str]:
    """The licences that a package names: an SPDX expression, else its classifiers, else the free field."""
    expression = metadata.get("License-Expression")
    if expression:
        return [expression]
    classifiers = [text.rsplit(" :: ", 1)[-1] for text in metadata.get_all("Classifier", []) if text.startswith(CLASSIFIER)]
    named = [text for text in classifiers if text != "OSI Approved"]
    free = (metadata.get("License") or "").strip()
    return named or ([free] if free and "\n" not in free and len(free) <= FREE_TEXT and free != "UNKNOWN" else [])


def document(packages: Iterable[Message]) -> dict[str, Any]:
    """The bill of materials of these packages' metadata, sorted by name, each once."""
    known = {(str(one["Name"]).lower(), str(one["Version"])): licences(one) for one in packages}
    components = [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "licenses": [{"license": {"name": licence}} for licence in found],
        }
        for (name, version), found in sorted(known.items())
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def main() -> int:
    """Print the bill of materials of this environment."""
    found = document(one.metadata for one in distributions())
    print(json.dumps(found, indent=2))
    silent = [item["name"] for item in found["components"] if not item["licenses"]]
    if silent:
        print(f"no licence is named by: {', '.join(silent)}", file=sys.stderr)
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
