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

limit=400
long=$(git ls-files '*.rs' '*.sh' '*.py' | xargs wc -l | awk -v limit=$limit '$2 != "total" && $1 > limit')
if [ -n "$long" ]; then
    echo "files over $limit lines:" "$long" >&2
    exit 1
fi
