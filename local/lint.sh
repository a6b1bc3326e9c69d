#!/usr/bin/env bash
# The checks other than format, clippy and the template.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo deny --log-level error check bans licenses sources
shellcheck --severity=style .ci/run local/*.sh layers/ffmpeg/*.sh tests/media/*.sh
python local/type_names.py
python local/import_cycles.py
python local/words.py
python -m py_compile local/*.py layers/ffmpeg/proof/*.py shared/frames/bench/*.py tests/latency/*.py tests/media/*.py tests/scale/*.py tests/schema/*.py tests/tools/*.py

# longer LIMIT PATTERN ...: prints the files that have more lines
longer() {
    git ls-files "${@:2}" | xargs wc -l | awk -v limit="$1" '$2 != "total" && $1 > limit'
}

# schema.ts is generated
long=$(longer 400 '*.rs' '*.sh' '*.py'; longer 250 'web/*.ts' 'web/*.tsx' 'web/*.mjs' 'web/*.css' ':!web/src/api/schema.ts')
if [ -n "$long" ]; then
    echo "files over 400 lines, or of the page over 250:" "$long" >&2
    exit 1
fi
