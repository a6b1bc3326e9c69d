#!/usr/bin/env bash
# Makes every media fixture in this folder, and the JSON files with the facts about them.
#
# The fixtures are committed, so that tests need no encoder; this script is where they come from.
# It needs Debian's ffmpeg (5.1), python3 and nothing else. With that version it gives the same bytes
# every time: encoders run single-threaded and bit-exact, and no file carries a date.
# README.md describes the files and the code drawn in their frames.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

source ./kit.sh

source ./basics.sh
source ./time.sh
source ./geometry.sh
source ./pixels.sh
source ./colour.sh
source ./interlace.sh
source ./scenes.sh
source ./bad.sh
source ./demo.sh
source ./decoding.sh
source ./kinds.sh

lines truth >truth.json
lines special >special.json
said truth.json
said special.json
