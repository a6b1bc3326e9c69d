#!/usr/bin/env bash
# Runs one end-to-end test many times, each time on new stacks: flakes.sh TEST RUNS
# Says how often it failed. The logs of a failed run's stacks stay in target/e2e-logs. Exits 1 if a run failed.
set -euo pipefail

test=$1 runs=$2
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT

failed=0
for run in $(seq "$runs"); do
    started=$SECONDS
    if cargo test --locked --quiet --package framezip-tests --test e2e -- --exact "$test" >"$log" 2>&1 \
        && grep -q '^test result: ok\. 1 passed' "$log"; then
        result=ok
    else
        result=FAILED
        failed=$((failed + 1))
        cat "$log"
    fi
    echo "run $run of $runs: $result, $((SECONDS - started)) s"
done
echo "$test failed in $failed of $runs runs"
[ "$failed" -eq 0 ]
