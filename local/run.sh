#!/usr/bin/env bash
# Sends a video through the local stack as the demo user: run.sh VIDEO OUT [options of framezip upload]
# The stack keeps running. `make stop` stops it.
set -euo pipefail

video=$1 out=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
state=$root/.framezip
port=${FRAMEZIP_PORT:-4566}
mkdir -p "$state"
chmod 700 "$state"

echo "starting the local stack"
"$root/local/start.sh" "$state" "$port"
api=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["ApiUrl"])' "$state/outputs.json")
mail=http://127.0.0.1:$port/_ministack/ses/messages

export FRAMEZIP_API=$api FRAMEZIP_CONFIG_DIR=$state/client
framezip=${CARGO_TARGET_DIR:-$root/target}/release/framezip
email=demo@example.com
password_file=$state/demo-password
if [ ! -f "$password_file" ]; then
    (umask 077; python -c 'import secrets; print("Aa1-" + secrets.token_urlsafe(12))' >"$password_file")
fi

sign_in() { "$framezip" --quiet sign-in --email "$email" --password-stdin <"$password_file"; }
if ! sign_in 2>/dev/null; then
    "$framezip" --quiet sign-up --email "$email" --password-stdin <"$password_file"
    code=$(curl --silent --fail "$mail" | python "$root/local/confirmation_code.py" "$email")
    "$framezip" --quiet confirm --email "$email" "$code"
    sign_in
fi

"$framezip" upload "$video" --wait -o "$out" --force "$@"

# A page at localhost and the buckets at 127.0.0.1 have different origins, as on AWS.
cat <<END

the page     ${api/127.0.0.1/localhost}/
the API      $api
sign-in      $email, password in ${password_file#"$root"/}
the client   FRAMEZIP_API=$api FRAMEZIP_CONFIG_DIR=.framezip/client ${framezip#"$root"/} list
mail         $mail
logs         .framezip/ministack.log
stop         make stop
END
