# shellcheck shell=bash disable=SC2154 # the variables are kit.sh's
# MP4 and MOV files with several edits. kinds.sh runs it.

draw 112x64-edits 60

# edited FILE SOURCE EDITS NUMBERS WHY [FIELDS [HOW…]]: a file of $work with an edit list.
edited() {
    local file=$1 source=$2 edits=$3 numbers=$4 why=$5 fields=${6:-null}
    cp "$work/$source" "$file"
    python3 edits.py "$file" "$edits" "${@:7}"
    said "$file"
    kind "$file" 1 "$numbers" "$why" '{"size":[112,64],"warns":false,"frameRate":25}' "$fields"
}

# ---- H.264 with B-frames: keyframes at 0, 20 and 40 --------------------------------------------

h264 26 keyint=20:min-keyint=20:scenecut=0:bframes=3:b-adapt=0
part edits.mp4 112x64-edits 60 "${codec[@]}"
part edits.mov 112x64-edits 60 "${codec[@]}"
part edits-negative.mp4 112x64-edits 60 "${codec[@]}" -movflags +negative_cts_offsets -use_editlist 0
part edits-early.mp4 112x64-edits 60 "${codec[@]}" -movflags +faststart

edited edit-cut.mp4 edits.mp4 '10-19 40-59' '10-19 40-59' \
    'the middle is cut out; the first edit begins inside a GOP, the second at a keyframe'
edited edit-cut-keyframes.mp4 edits.mp4 '0-19 40-59' '0-19 40-59' \
    'the middle is cut out; both edits begin at a keyframe'
edited edit-cut-inside.mp4 edits.mp4 '21-25 30-37' '21-25 30-37' \
    'both edits lie in one GOP and begin at no keyframe'
edited edit-cut-close.mp4 edits.mp4 '3-17 19-42' '3-17 19-42' \
    'only frame 18 is cut out'
edited edit-reordered.mp4 edits.mp4 '30-59 0-29' '30-59 0-29' \
    'the second half comes first; it begins inside a GOP'
edited edit-reordered-keyframes.mov edits.mov '40-59 0-39' '40-59 0-39' \
    'the last GOP comes first' '{}' moov-first
edited edit-repeated.mp4 edits.mp4 '5-24 5-24 15-34' '5-24 5-24 15-34' \
    'a part comes twice, and half of it a third time'
edited edit-repeated-gop.mov edits.mov '20-39 20-39' '20-39 20-39' 'one GOP comes twice'
edited edit-many.mp4 edits.mp4 '50-52 3-5 41-41 20-24 19-20 58-59 0-0 31-38' \
    '50-52 3-5 41-41 20-24 19-20 58-59 0-0 31-38' 'eight short edits in no order, two of one frame'
edited edit-empty-first.mp4 edits.mp4 '_15 12-29 45-50' '12-29 45-50' \
    'an empty edit of 0.6 s comes first: times count from the first frame' '{"duration":null,"frameRate":null}'
edited edit-empty-middle.mp4 edits.mp4 '5-14 _10 30-44' '5-14 30-44' \
    'an empty edit of 0.4 s in the middle: frame 14 stays on screen' '{"resume":{"10":0.8},"frameRate":null}'
edited edit-empty-keyframe.mov edits.mov '_5 0-9 _25 20-29' '0-9 20-29' \
    'empty edits of 0.2 s first and of 1 s in the middle' '{"resume":{"10":1.4},"duration":null,"frameRate":null}'
edited edit-too-long.mp4 edits.mp4 '10-19 40-59*5' '10-19 40-59' \
    'the last edit goes on for 3.2 s after the last frame' '{"duration":null,"frameRate":null}'
edited edit-too-long-first.mp4 edits.mp4 '50-59*3 10-19' '50-59 10-19' \
    'the first edit goes on for 0.8 s after the last frame, which stays on screen, before the second' \
    '{"times":null,"duration":null,"frameRate":null}'
edited edit-moov-first.mp4 edits-early.mp4 '7-13 33-52' '7-13 33-52' \
    'as edit-cut.mp4, with the moov first and 64-bit places' '{}' co64
edited edit-wide.mp4 edits.mp4 '25-44 2-11' '25-44 2-11' \
    'an edit list of version 1 in a movie of 90000 ticks a second' '{}' version-1 scale=90000
edited edit-600.mov edits.mov '11-22 44-55' '11-22 44-55' \
    'a movie of 600 ticks a second, as cameras write it' '{}' scale=600
edited edit-negative-offsets.mp4 edits-negative.mp4 '10-19 35-59' '10-19 35-59' \
    'composition offsets below 0'
edited edit-between.mp4 edits.mp4 '10-19 30.5-39.5' '10-19 30-40' \
    'the second edit begins and ends in the middle of a frame: the first and last are shown for 0.02 s' \
    '{"options":{"fps":50},"resume":{"11":0.42},"duration":0.8,"frameRate":null}'

# With sound: its track has the same edits.
clip 112x64-edits 25
tone 440 2.4
ff "${input[@]}" "${exact[@]}" -frames:v 60 "${codec[@]}" -c:a aac -b:a 24k "$work/edits-sound.mp4"
edited edit-sound.mp4 edits-sound.mp4 '10-19 40-59' '10-19 40-59' 'as edit-cut.mp4, with sound'

# ---- other codecs ------------------------------------------------------------------------------

h264 26 keyint=20:min-keyint=20:scenecut=0:bframes=0
part edits-forward.mp4 112x64-edits 60 "${codec[@]}"
edited edit-no-b-frames.mp4 edits-forward.mp4 '7-14 33-47' '7-14 33-47' \
    'H.264 without B-frames; neither edit begins at a keyframe'
edited edit-no-b-frames-reordered.mp4 edits-forward.mp4 '40-54 20-34 0-4' '40-54 20-34 0-4' \
    'H.264 without B-frames; GOPs from the last to the first'

hevc 28 keyint=20:min-keyint=20:open-gop=1:scenecut=0:bframes=4:b-adapt=0
part edits-hevc.mp4 112x64-edits 60 "${codec[@]}" -tag:v hvc1 -pix_fmt yuv420p
edited edit-hevc.mp4 edits-hevc.mp4 '10-15 30-49' '10-15 30-49' 'HEVC with open GOPs'
edited edit-hevc-keyframes.mp4 edits-hevc.mp4 '0-9 40-59' '0-9 40-59' \
    'HEVC with open GOPs; the second edit begins at a keyframe with leading pictures'
edited edit-hevc-leading.mp4 edits-hevc.mp4 '0-9 37-45 17-23' '0-9 37-45 17-23' \
    'HEVC with open GOPs; edits begin at leading pictures, which need the GOP before'
edited edit-hevc-reordered.mp4 edits-hevc.mp4 '30-59 0-29' '30-59 0-29' 'HEVC, the second half first'

part edits-vp9.mp4 112x64-edits 60 -c:v libvpx-vp9 -b:v 0 -crf 36 -g 20 -keyint_min 20 -row-mt 0 \
    -auto-alt-ref 1 -lag-in-frames 12
edited edit-vp9.mp4 edits-vp9.mp4 '10-19 33-52' '10-19 33-52' 'VP9 with hidden frames'
edited edit-vp9-reordered.mp4 edits-vp9.mp4 '30-59 0-29' '30-59 0-29' 'VP9, the second half first'

part edits-mpeg4.mp4 112x64-edits 60 -c:v mpeg4 -bf 2 -g 20 -q:v 6
edited edit-mpeg4.mp4 edits-mpeg4.mp4 '10-19 33-52' '10-19 33-52' 'MPEG-4 with B-frames'
part edits-mpeg4.mov 112x64-edits 60 -c:v mpeg4 -bf 0 -g 20 -q:v 6
edited edit-mpeg4-repeated.mov edits-mpeg4.mov '25-44 25-44 5-9' '25-44 25-44 5-9' \
    'MPEG-4 without B-frames in MOV, a part twice'

part edits-av1.mp4 112x64-edits 60 -c:v libaom-av1 -b:v 0 -crf 40 -cpu-used 6 -g 20 -keyint_min 20 -row-mt 0
edited edit-av1.mp4 edits-av1.mp4 '10-19 33-52 0-4' '10-19 33-52 0-4' 'AV1 with hidden frames'

part edits-mjpeg.mov 112x64-edits 60 -c:v mjpeg -pix_fmt yuvj420p -q:v 10
edited edit-mjpeg.mov edits-mjpeg.mov '30-44 0-9 30-34' '30-44 0-9 30-34' 'only keyframes'
