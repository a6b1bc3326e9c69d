#!/usr/bin/env bash
# Starts a local stack and deploys the output of `sam build` to it:
#
#   start.sh DIRECTORY PORT [PARAMETER=VALUE ...]
#
# The parameters are the template's; those that are not given have its defaults.
#
# DIRECTORY belongs to the stack; see serve.sh. When the stack is ready, it contains `outputs.json`: the
# template's outputs by name, with the local ApiUrl. If a stack already runs there, this only deploys, and
# only if something was built since the last deployment.
set -euo pipefail

directory=$1 port=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/local/serve.sh" "$directory" "$port"
directory=$(cd "$directory" && pwd)
endpoint=http://127.0.0.1:$port

export AWS_ENDPOINT_URL=$endpoint AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-eu-central-1}
export SAM_CLI_TELEMETRY=0

built=$(cd "$root/.aws-sam/build" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
if [ -f "$directory/outputs.json" ] && [ "$(cat "$directory/deployed" 2>/dev/null)" = "$built" ]; then
    exit
fi

if ! sam deploy --config-file "$root/samconfig.toml" --config-env local \
    --template-file "$root/.aws-sam/build/template.yaml" \
    --parameter-overrides SenderEmail=framezip@example.com LocalStack=yes \
    Architecture="$(uname -m | sed s/aarch64/arm64/)" "$@" >"$directory/deploy.log" 2>&1; then
    tail -n 30 "$directory/deploy.log" >&2
    echo "the deployment to the local stack failed" >&2
    exit 1
fi

python "$root/local/after_deploy.py" "$endpoint" "$root/.aws-sam/build/template.yaml" >"$directory/outputs.new"
mv "$directory/outputs.new" "$directory/outputs.json"
echo "$built" >"$directory/deployed"
