#!/usr/bin/env bash
# Unpacks a Debian package into a folder: unpack-package.sh PACKAGE FOLDER
# For programs whose package, if it is installed, starts a service on the machine.
# Does nothing if the folder has the package of this release of the system and this processor.
set -euo pipefail

package=$1 folder=$2
system=$package-$(cat /etc/os-release <(dpkg --print-architecture) | sha256sum | cut -c1-16)
[ -e "$folder/$system" ] && exit

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "fetching $package"
download() { apt-get download "$package" >log 2>&1; }
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo --non-interactive)
# the package lists may be missing or old
download || { "${root[@]}" apt-get update >log 2>&1 && download; } || { cat log >&2; exit 1; }
dpkg-deb --extract "$package"_*.deb unpacked
touch "unpacked/$system"
rm -rf "$folder"
mv -T unpacked "$folder"
