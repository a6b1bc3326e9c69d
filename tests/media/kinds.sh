# shellcheck shell=bash disable=SC2154 # the variables are kit.sh's
# The kinds of files that other tools get wrong, and kinds.json, which says what must come out of
# each. generate.sh runs it; it needs none of the other scripts' files:
#
#     bash -c 'source ./kit.sh; source ./kinds.sh'
# shellcheck source-path=SCRIPTDIR

: >"$work/kinds"

# kind FILE KIND NUMBERS WHY [FIELDS]: puts what must come out of a file into kinds.json.
kind() { python3 kinds.py "$@" >>"$work/kinds"; }

# Few tables in transport streams, so that the files stay small.
spare=(-pat_period 1 -sdt_period 60)

# part NAME CLIP FRAMES ENCODER-OPTIONS…: a file of $work, of a clip at 25 frames a second.
part() {
    local name=$1
    clip "$2" 25
    ff "${input[@]}" "${exact[@]}" -frames:v "$3" "${@:4}" "$work/$name"
}

source ./edits.sh
source ./clocks.sh
source ./state.sh
source ./container.sh
source ./protected.sh
source ./stills.sh
source ./damage.sh

lines kinds >kinds.json
said kinds.json
