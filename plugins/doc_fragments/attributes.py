# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # every module says what it supports of these
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the status that a real run would return, without changing anything.
  diff_mode:
    description: Returns what has changed, or would change in check mode, when diff mode is on.
"""

    # modules that take AWS's connection options
    AWS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/cloudwatch.agent.aws) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - cloudwatch.agent.aws
"""

    # modules that run on the controller when they are told to
    CONTROLLER = r"""
options: {}
attributes:
  platform:
    description: Where the module runs.
    support: full
    platforms: posix
    details:
      - Runs on the controller, with C(delegate_to=localhost) and without C(become).
"""

    # action plugins, which run nowhere else
    ACTION = r"""
options: {}
attributes:
  platform:
    description: Where the module runs.
    support: full
    platforms: posix
    details:
      - An action plugin, on the controller.
"""

    # modules that run on the observed host with the standard library alone
    HOST = r"""
options: {}
attributes:
  platform:
    description: Where the module runs.
    support: full
    platforms: linux
    details:
      - Runs on the observed host as root, with the Python standard library alone.
"""

    # modules that only read
    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module does not change anything.
  diff_mode:
    support: N/A
    details:
      - This module does not change anything.
"""
