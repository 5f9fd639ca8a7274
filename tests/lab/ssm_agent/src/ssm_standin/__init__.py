# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the SSM Agent, made for tests: Python 3.8 or newer, standard library only. It shares no code with the agent."""

import sys

if __file__.startswith("/usr/"):  # installed: each command starts a process, and the agent's own programs are compiled
    sys.pycache_prefix = "/run/amazon-ssm-agent-bytecode"
    sys.dont_write_bytecode = False
