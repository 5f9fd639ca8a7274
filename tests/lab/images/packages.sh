#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs inside the new system before base.sh: packages that were downloaded and not installed become a repository that hosts, which reach
# no other, can install from.
set -eu

repository=/usr/share/lab-packages
rm -rf "$repository/partial" "$repository/lock"
for file in "$repository"/*.deb; do
  [ -e "$file" ] || continue
  dpkg-deb -f "$file"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$(basename "$file")" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
done > "$repository/Packages"
echo "deb [trusted=yes] file:$repository ./" > /etc/apt/sources.list
rm -f /etc/apt/sources.list.d/*
