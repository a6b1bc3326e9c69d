# shellcheck shell=bash disable=SC2154 # the variables are kit.sh's
# DV, headers that are shorter than what follows them, and damaged tables. kinds.sh runs it.

# ---- DV ----------------------------------------------------------------------------------------

draw 720x576-dv 2
draw 720x480-dv 2
clip 720x576-dv 25
ff "${input[@]}" "${exact[@]}" -frames:v 2 -c:v dvvideo -aspect 4:3 -f dv dv-pal.dv
is 12 dv-pal.dv 0-1 'raw DV, 25 frames a second' '{"warns":null}'
clip 720x480-dv 30000/1001
ff "${input[@]}" "${exact[@]}" -frames:v 2 -c:v dvvideo -pix_fmt yuv411p -aspect 4:3 -f dv "$work/ntsc.dv"
python3 damage.py dv-ntsc.avi dv "$work/ntsc.dv"
is 12 dv-ntsc.avi 0-1 'DV in an AVI of type 1, 30000/1001 frames a second' \
    '{"warns":null,"rate":"30000/1001","options":{"fps":30},"frameRate":29.97}'

# ---- headers that are too short ----------------------------------------------------------------

draw 112x64-short 50
h264 28 keyint=20:min-keyint=20:scenecut=0:bframes=2:b-adapt=0
part short.mp4 112x64-short 50 "${codec[@]}"
part short-plain.mp4 112x64-short 50 "${codec[@]}" -use_editlist 0
part short.mov 112x64-short 50 "${codec[@]}"
part short.mkv 112x64-short 50 "${codec[@]}"
part short.flv 112x64-short 50 "${codec[@]}"

# brief FILE SOURCE WHY FIELDS CHANGE…
brief() {
    cp "$work/$2" "$1"
    python3 damage.py "$1" "${@:5}"
    is 12 "$1" 0-49 "$3" "$4"
}
warned='{"size":[112,64],"warns":true}'
brief headers-short.mp4 short-plain.mp4 'no edit list; all headers state 0.8 s of 2 s' "$warned" shorter 0.8
brief headers-short-edit.mp4 short.mp4 'the edit has 2 s; all headers state 0.8 s' "$warned" shorter 0.8
brief headers-short-zero.mov short.mov 'all headers state 0 s, and the edit goes to the end' \
    '{"size":[112,64],"warns":null}' shorter 0 elst
brief headers-short.mkv short.mkv 'the information states 0.8 s of 2 s' '{"size":[112,64],"warns":null}' info 0.8

# ---- damaged tables ----------------------------------------------------------------------------

# broken FILE SOURCE WHY CHANGE…
broken() {
    cp "$work/$2" "$1"
    python3 damage.py "$1" "${@:4}"
    refused 13 "$1" "${codes:-[\"corrupt_video\",\"not_a_video\"]}" "$3"
}
# FFmpeg has no memory for these: "Cannot allocate memory" at every try.
broken table-stts.mp4 short.mp4 'stts says that it has 1.4 thousand million entries' count stts 0x53000001
broken table-stts-less.mp4 short.mp4 'stts says that it has 268 million entries' count stts 0x0fffffff
broken table-stss.mp4 short.mp4 'stss says that it has 537 million entries' count stss 0x20000000
part short-fragments.mp4 112x64-short 50 "${codec[@]}" -movflags +frag_keyframe+empty_moov+default_base_moof
broken table-trun.mp4 short-fragments.mp4 'the last trun says that it has 268 million samples' count trun 0x0fffffff
# It calls these invalid.
broken table-stsz.mp4 short.mp4 'stsz says that it has 1.4 thousand million entries' count stsz 0x53000001
broken table-ctts.mp4 short.mp4 'ctts says that it has 1.4 thousand million entries' count ctts 0x53000001
broken table-stsc.mp4 short.mp4 'stsc says that it has 1.4 thousand million entries' count stsc 0x53000001
broken size-header.mkv short.mkv 'the EBML header says that it has 1 GB' size 1A45DFA3 0x40000000
codes='["corrupt_video","not_a_video","no_video_stream","unsupported_codec"]'
broken size-codec.mkv short.mkv 'CodecPrivate says that it has 1 GB' size 63A2 0x40000000
broken table-none.mp4 short.mp4 'there is no stts' zeros stts
unset codes

# Every frame is there all the same.
cp "$work/short.mp4" table-stco.mp4
python3 damage.py table-stco.mp4 count stco 0x53000001
is 13 table-stco.mp4 0-49 'stco says that it has 1.4 thousand million entries' '{"size":[112,64],"warns":null}'
part short.avi 112x64-short 50 -c:v mpeg4 -vtag XVID -g 20 -q:v 8
cp "$work/short.avi" size-index.avi
python3 damage.py size-index.avi riff idx1 0x7fffffff
is 13 size-index.avi 0-49 'idx1 says that it has 2 GB' '{"size":[112,64],"warns":null,"duration":null}'
