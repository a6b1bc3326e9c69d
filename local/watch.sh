#!/usr/bin/env bash
# Serves the functions with `cargo lambda watch`, which compiles them anew when their code changes, with
# the settings they have on the running local stack. Then, for example:
#
#   cargo lambda invoke api --data-file events/api.json
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
state=$root/.framezip
port=${FRAMEZIP_PORT:-4566}
if [ ! -f "$state/outputs.json" ]; then
    echo "The local stack does not run. Start it with: make run" >&2
    exit 1
fi

export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-eu-central-1}
export AWS_REGION=$AWS_DEFAULT_REGION
python - >"$state/watch.env" <<'PYTHON'
import boto3

functions = boto3.client("lambda").list_functions()["Functions"]
settings = {}
for function in functions:
    settings |= function.get("Environment", {}).get("Variables", {})
for name, value in sorted(settings.items()):
    print(f"{name}={value}")
PYTHON
cd "$root"
exec cargo lambda watch --env-file "$state/watch.env"
