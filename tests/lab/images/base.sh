#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs inside the new system: what every lab host has. Reads /lab/ca.crt, /lab/authorized_keys, /lab/hosts,
# /lab/module_code.py.
set -eu

install -m 0644 /lab/hosts /etc/hosts
# Nothing answers on the name server's port: unknown names fail at once.
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' > /etc/resolv.conf
install -m 0644 /lab/ca.crt /usr/local/share/ca-certificates/cw-agent-lab.crt
update-ca-certificates > /dev/null 2>&1

useradd --create-home --shell /bin/bash --password '*' ansible
# Ansible's own directory is there already: a listing before and after a check run is the same.
install -d -m 0700 -o ansible -g ansible /home/ansible/.ssh /home/ansible/.ansible /home/ansible/.ansible/tmp
install -m 0600 -o ansible -g ansible /lab/authorized_keys /home/ansible/.ssh/authorized_keys
printf 'ansible ALL=(ALL:ALL) NOPASSWD: ALL\n' > /etc/sudoers.d/ansible
chmod 0440 /etc/sudoers.d/ansible
printf 'UseDNS no\nPrintMotd no\nPrintLastLog no\nMaxSessions 200\nMaxStartups 200\nPasswordAuthentication no\n' > /etc/ssh/sshd_config.d/lab.conf

# Byte code as well, which the first start of Python would write.
install -m 0644 /lab/module_code.py /usr/lib/python3/dist-packages/module_code.py
echo 'import module_code' > /usr/lib/python3/dist-packages/module_code.pth
python3 -m py_compile /usr/lib/python3/dist-packages/module_code.py

# Nothing changes files on its own while a test compares listings.
for timer in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-tmpfiles-clean.timer logrotate.timer dnf-makecache.timer; do
  ln -sf /dev/null "/etc/systemd/system/$timer"
done
: > /etc/machine-id
rm -f /var/lib/dbus/machine-id /etc/hostname
