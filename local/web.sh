#!/usr/bin/env bash
# Serves the page with hot reload at http://localhost:5173, against a running local stack: web.sh DIRECTORY
#
# DIRECTORY is that of start.sh. The server passes requests to the API on, so that the page and the API have one
# origin; `web/vite.config.ts` has their paths.
set -euo pipefail

directory=$1
root=$(cd "$(dirname "$0")/.." && pwd)
if [ ! -f "$directory/outputs.json" ]; then
    echo "The local stack is not running. Start it with: make run" >&2
    exit 1
fi
FRAMEZIP_API=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["ApiUrl"])' "$directory/outputs.json")
export FRAMEZIP_API
cd "$root/web"
exec npm run --silent dev
