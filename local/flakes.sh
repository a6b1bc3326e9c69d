#!/usr/bin/env bash
# Runs one end-to-end test many times, one after the other on the same stacks: flakes.sh TEST RUNS
# Prints the result of each run. If one failed, the stacks' logs stay in target/e2e-logs, and it exits with 1.
set -euo pipefail

test=$1 runs=$2
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
FRAMEZIP_RUNS=$runs cargo test --locked --quiet --package framezip-tests --test e2e -- --exact "$test" 2>&1 | tee "$log"
# a name that no test has would pass
grep -q '^test result: ok\. 1 passed' "$log"
