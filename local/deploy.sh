#!/usr/bin/env bash
# Deploys the output of `sam build`, and protects the table and the user pool from deletion:
#
#   deploy.sh STACK [OPTION ...]
#
# The options are those of `sam deploy`. The environment chooses the account and the region.
set -euo pipefail

stack=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
# the longest name of a function, STACK-reconcile, has 64 characters at most
if ! [[ $stack =~ ^[A-Za-z][A-Za-z0-9-]{0,53}$ ]]; then
    echo "\"$stack\" cannot be a stack's name: up to 54 letters, digits and hyphens, a letter first" >&2
    exit 2
fi
sam deploy --config-file "$root/samconfig.toml" --stack-name "$stack" "$@"
python "$root/local/protect.py" "$stack"
