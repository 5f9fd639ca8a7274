#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs inside the new system after base.sh: a Debian that Ansible takes for Amazon Linux 2023, with working rpm and dnf.
# It is Debian underneath: kernel, libraries and programs are not Amazon's.
set -eu

cat > /usr/lib/os-release <<'X'
NAME="Amazon Linux"
VERSION="2023"
ID="amzn"
ID_LIKE="fedora"
VERSION_ID="2023"
PLATFORM_ID="platform:al2023"
PRETTY_NAME="Amazon Linux 2023"
ANSI_COLOR="0;33"
CPE_NAME="cpe:2.3:o:amazon:amazon_linux:2023"
HOME_URL="https://aws.amazon.com/linux/amazon-linux-2023/"
VENDOR_NAME="AWS"
X
ln -sfn ../usr/lib/os-release /etc/os-release
echo 'Amazon Linux release 2023 (Amazon Linux)' > /etc/system-release
rm -f /etc/debian_version
ln -sfn dnf-3 /usr/bin/yum
ln -sfn dnf-3 /usr/bin/dnf
mkdir -p /etc/yum.repos.d /etc/rpm /etc/dnf/vars /var/lib/rpm
echo 2023 > /etc/dnf/vars/releasever
echo '%dist .amzn2023' > /etc/rpm/macros.dist
echo '%__gpg /usr/bin/gpg' > /etc/rpm/macros.gpg
# Where Amazon Linux keeps the trusted authorities.
mkdir -p /etc/pki/tls/certs
ln -sfn /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt
# One database for root, as on a real host; Debian's own default lies in the home directory.
echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros.dbpath
rpm --initdb

# What the file system holds, said to rpm: its database knows nothing of Debian's packages.
cat > /tmp/base.spec <<'X'
Name: system-release
Version: 2023
Release: 1%{?dist}
Summary: What this host holds, as packages that depend on it ask for it
License: GPL-3.0-or-later
BuildArch: noarch
AutoReqProv: no
Provides: /bin/sh
Provides: /usr/bin/sh
Provides: /bin/bash
Provides: /usr/bin/bash
Provides: bash
Provides: glibc
Provides: libc.so.6()(64bit)
Provides: libpthread.so.0()(64bit)
Provides: python3
Provides: /usr/bin/python3
Provides: shadow-utils
Provides: systemd
Provides: systemd-sysv
Provides: procps
Provides: initscripts
%description
What this host holds.
%files
X
rpmbuild --quiet -bb --define '_topdir /tmp/rpmbuild' /tmp/base.spec
rpm -i /tmp/rpmbuild/RPMS/noarch/system-release-*.rpm
rm -rf /tmp/base.spec /tmp/rpmbuild
