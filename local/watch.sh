#!/usr/bin/env bash
# Serves the functions with `cargo lambda watch`, which compiles them again when their code changes. They
# have their settings on a running local stack:
#
#   watch.sh DIRECTORY PORT [OPTION ...]
#
# DIRECTORY and PORT are those of start.sh. The options are those of `cargo lambda watch`. Then, for
# example:
#
#   cargo lambda invoke api --data-file events/api.json
set -euo pipefail

directory=$1 port=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
if [ ! -f "$directory/outputs.json" ]; then
    echo "The local stack is not running. Start it with: make run" >&2
    exit 1
fi

export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-eu-central-1}
export AWS_REGION=$AWS_DEFAULT_REGION
cd "$root"
exec python local/with_settings.py cargo lambda watch "$@"
