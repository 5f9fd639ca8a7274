# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  sources:
    description:
      - The desired configurations; the agent merges them.
      - The description of the module says what it does without them.
    type: list
    elements: dict
    suboptions:
      location:
        description: Where the host fetches it from, C(ssm:NAME), C(ssm:NAME:VERSION) or C(file:PATH).
        type: str
        required: true
      digest:
        description:
          - sha256 of the exact text, in hexadecimal digits.
          - Empty means that of O(sources[].content), or of what the host finds at the location.
        type: str
        default: ""
      content:
        description: The text itself where it is known. It is shown and validated, and never applied instead of what is at the location.
        type: str
        default: ""
"""
