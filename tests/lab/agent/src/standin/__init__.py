# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent stand-in: downloader, translator, schema test and daemon behind the agent's own command line."""

import sys

if __file__.startswith("/opt/"):  # installed, and not unpacked for a moment
    # The agent's own programs are compiled. This one's bytecode stays out of the directories that the package owns.
    sys.pycache_prefix = "/run/amazon-cloudwatch-agent-bytecode"
    sys.dont_write_bytecode = False
