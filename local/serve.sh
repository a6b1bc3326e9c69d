#!/usr/bin/env bash
# Starts MiniStack, which emulates AWS, unless it runs already: serve.sh DIRECTORY PORT
#
# DIRECTORY belongs to the stack. It gets `ministack.pid` (the leader of a process group), `ministack.log` and
# `tmp`, for the temporary files of the stack and its functions: MiniStack does not remove its copies of the
# functions, 70 MB a start.
set -euo pipefail

directory=$1 port=$2
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
endpoint=http://127.0.0.1:$port

export AWS_ENDPOINT_URL=$endpoint AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-eu-central-1}
export AWS_REGION=$AWS_DEFAULT_REGION AWS_EC2_METADATA_DISABLED=true

ready() { curl --silent --fail --max-time 2 "$endpoint/_ministack/ready" >/dev/null; }

runs() { kill -0 "$(cat "$directory/ministack.pid" 2>/dev/null)" 2>/dev/null; }

if ready; then
    runs && exit
    echo "port $port is in use, perhaps by another stack. Choose another one: FRAMEZIP_PORT=4567" >&2
    exit 1
fi
rm -rf "$directory/outputs.json" "$directory/tmp"
mkdir "$directory/tmp"
# Functions inherit this environment: the endpoint, so that the URLs they sign lead back here, and the
# path of the layer's libraries, because MiniStack does not unpack layers for local processes.
TMPDIR=$directory/tmp GATEWAY_PORT=$port BIND_HOST=127.0.0.1 AUTH=true MINISTACK_REGION=$AWS_REGION \
    LAMBDA_EXECUTOR=local SFTP_ENABLED=0 IOT_MTLS_ENABLED=0 \
    LD_LIBRARY_PATH=$root/.aws-sam/build/FfmpegLayer/lib \
    setsid ministack >"$directory/ministack.log" 2>&1 </dev/null &
echo $! >"$directory/ministack.pid"
for _ in $(seq 150); do
    ready && exit
    runs || break
    sleep 0.2
done
tail -n 20 "$directory/ministack.log" >&2
echo "the local stack did not start" >&2
exit 1
