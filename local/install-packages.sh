#!/usr/bin/env bash
# Makes sure that Debian packages are installed: installs them if it may, otherwise names them.
set -euo pipefail

missing=()
for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed \
        || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit

root=()
[ "$(id -u)" -eq 0 ] || root=(sudo --non-interactive)
if ! command -v apt-get >/dev/null || ! "${root[@]}" true 2>/dev/null; then
    echo "Please install these packages, then run make again: ${missing[*]}" >&2
    exit 1
fi
echo "installing ${missing[*]}"
root+=(env DEBIAN_FRONTEND=noninteractive apt-get)
log=$(mktemp)
if ! { "${root[@]}" update && "${root[@]}" install --yes --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
rm "$log"
