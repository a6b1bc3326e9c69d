#!/usr/bin/env bash
# Unpacks a Debian package into a folder, unless it is there: unpack-package.sh PACKAGE FOLDER
# For programs whose package, installed, would run a service on the machine.
set -euo pipefail

package=$1 folder=$2
[ -d "$folder" ] && exit

work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "fetching $package"
download() { apt-get download "$package" >log 2>&1; }
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo --non-interactive)
# the lists may be none or old
download || { "${root[@]}" apt-get update >log 2>&1 && download; } || { cat log >&2; exit 1; }
dpkg-deb --extract "$package"_*.deb unpacked
mv -T unpacked "$folder"
