#!/usr/bin/env bash
# Stops the local stack of a directory and every function that it runs: stop.sh DIRECTORY
set -euo pipefail

pid_file=$1/ministack.pid
[ -f "$pid_file" ] || exit 0
group=$(cat "$pid_file")
kill -TERM -- "-$group" 2>/dev/null || true
for _ in $(seq 50); do
    kill -0 -- "-$group" 2>/dev/null || break
    sleep 0.1
done
kill -KILL -- "-$group" 2>/dev/null || true
rm -rf "$pid_file" "$1/outputs.json" "$1/tmp"
