#!/usr/bin/env bash
# Starts a local stack and deploys to it what `sam build` made:
#
#   start.sh DIRECTORY PORT [PARAMETER=VALUE ...]
#
# The parameters are the template's, where they are to differ from its defaults.
#
# DIRECTORY is the stack's own; it gets `ministack.pid` (the leader of a process group), `ministack.log`,
# and, when the stack stands, `outputs.json`: the template's outputs by name, with ApiUrl as it is here.
# A stack that already runs there is only deployed to, and only if something was built since.
set -euo pipefail

directory=$1 port=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
endpoint=http://127.0.0.1:$port

export AWS_ENDPOINT_URL=$endpoint AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-eu-central-1}
export AWS_REGION=$AWS_DEFAULT_REGION
export SAM_CLI_TELEMETRY=0 AWS_EC2_METADATA_DISABLED=true

ready() { curl --silent --fail --max-time 2 "$endpoint/_ministack/ready" >/dev/null; }

runs() { kill -0 "$(cat "$directory/ministack.pid" 2>/dev/null)" 2>/dev/null; }

if ready && ! runs; then
    echo "port $port is taken, by another stack perhaps. Choose another: FRAMEZIP_PORT=4567" >&2
    exit 1
fi
if ! ready; then
    rm -f "$directory/outputs.json"
    # Functions inherit this environment: the endpoint, so that what they sign comes back here, and
    # the layer's libraries, since layers are not unpacked for local processes.
    GATEWAY_PORT=$port BIND_HOST=127.0.0.1 AUTH=true MINISTACK_REGION=$AWS_REGION \
        LAMBDA_EXECUTOR=local SFTP_ENABLED=0 IOT_MTLS_ENABLED=0 \
        LD_LIBRARY_PATH=$root/.aws-sam/build/FfmpegLayer/lib \
        setsid ministack >"$directory/ministack.log" 2>&1 </dev/null &
    echo $! >"$directory/ministack.pid"
    for _ in $(seq 150); do
        ready && break
        runs || break
        sleep 0.2
    done
    ready || { tail -n 20 "$directory/ministack.log" >&2; echo "the local stack did not start" >&2; exit 1; }
fi

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

python - "$endpoint" "$directory/outputs.json" "$root/.aws-sam/build/template.yaml" <<'PYTHON'
import json
import sys

import boto3
import yaml

endpoint, path, template = sys.argv[1:]
stack = boto3.client("cloudformation").describe_stacks(StackName="framezip")["Stacks"][0]
outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
parameters = {given["ParameterKey"]: given["ParameterValue"] for given in stack["Parameters"]}
# MiniStack does not understand the template's capitals here, and would refuse every origin.
with open(template) as file:
    cors = yaml.safe_load(file)["Resources"]["Api"]["Properties"]["CorsConfiguration"]
cors["AllowOrigins"] = [parameters["WebOrigin"]]
boto3.client("apigatewayv2").update_api(ApiId=outputs["ApiId"], CorsConfiguration=cors)
outputs["ApiUrl"] = f"{endpoint}/_aws/execute-api/{outputs['ApiId']}"
with open(path, "w") as file:
    json.dump(outputs, file, indent=2)
PYTHON
echo "$built" >"$directory/deployed"
