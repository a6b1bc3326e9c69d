# shellcheck shell=bash disable=SC2154 # the variables are kit.sh's
# Palettes, and parameter sets that change: what a container states once holds for all frames after
# it. kinds.sh runs it.

# stated FILE NUMBERS WHY [FIELDS]: what must come out of such a file.
stated() {
    said "$1"
    kind "$1" 3 "$2" "$3" '{"warns":false}' "${4:-null}"
}

# ---- palettes ----------------------------------------------------------------------------------

patches=$(python3 palettes.py - pixels)
colours="{\"rate\":12,\"options\":{\"fps\":12},\"frameRate\":12,\"size\":[84,48],\"pixels\":$patches}"
plain='{"rate":12,"options":{"fps":12},"frameRate":12,"size":[84,48]}'

# paletted FILE WHY FIELDS HOW…
paletted() {
    python3 palettes.py "$1" "${@:4}"
    stated "$1" 0-11 "$2" "$3"
}
paletted state-palette.avi 'uncompressed, 8 bits, the lowest row first' "$colours" raw8
paletted state-palette-4bit.avi 'uncompressed, 16 colours' "$colours" raw4
paletted state-palette-1bit.avi 'uncompressed, two colours, white at index 0' "$plain" raw1
paletted state-palette-rle.avi 'MSRLE, keyframes at 0, 4 and 8' "$colours" rle
paletted state-palette-change.avi 'another palette from frame 5 on' "$colours" raw8 change=5
paletted state-palette-change-4bit.avi 'another palette of 16 colours from frame 5 on' "$colours" raw4 change=5
paletted state-palette-change-rle.avi 'MSRLE; another palette from keyframe 4 on' "$colours" rle change=4
paletted state-palette-partly.avi 'MSRLE; the first half of the palette changes at keyframe 8' "$colours" rle partly=8

draw 84x48-palette 12
# 64 colours of the picture's own.
indexed="split[a][b];[a]palettegen=max_colors=64:reserve_transparent=0[palette];[b][palette]paletteuse=dither=none"
clip 84x48-palette 12
for file in state-palette-own.avi state-palette.mov; do
    ff "${input[@]}" "${exact[@]}" -frames:v 8 -filter_complex_threads 1 -filter_complex "$indexed" \
        -c:v rawvideo -pix_fmt pal8 "$file"
    stated "$file" 0-7 'uncompressed, a palette of 64 colours' "$plain"
done
ff "${input[@]}" "${exact[@]}" -frames:v 12 -filter_complex_threads 1 -filter_complex "$indexed" \
    -c:v smc -g 4 -pix_fmt pal8 state-palette-smc.mov
stated state-palette-smc.mov 0-11 'QuickTime Graphics, a palette of 64 colours' "$plain"
ff "${input[@]}" "${exact[@]}" -frames:v 12 -c:v qtrle -g 4 -pix_fmt gray state-palette-rle.mov
python3 palettes.py state-palette-rle.mov quicktime
stated state-palette-rle.mov 0-11 'QuickTime run lengths, 8 bits, a palette that inverts' "$plain"

# ---- parameter sets ----------------------------------------------------------------------------

draw 112x64-before 40
draw 112x64-after 40 1000
draw 140x80-after 40 1000
small='{"size":[112,64],"frameRate":25}'
grown='{"sizes":[[0,112,64],[40,140,80]],"frameRate":25}'
both='0-39 1000-1039'

# headed NAME CLIP ENCODER…: a part in MP4, FLV and TS.
headed() {
    part "$1.mp4" "$2" 40 "${@:3}"
    part "$1.ts" "$2" 40 "${@:3}"
    part "$1.flv" "$2" 40 "${@:3}" -flvflags no_duration_filesize
}
h264 28 keyint=20:min-keyint=20:scenecut=0:bframes=2:b-adapt=0:ref=3
headed before 112x64-before "${codec[@]}"
headed after-larger 140x80-after "${codec[@]}"
h264 28 keyint=20:min-keyint=20:scenecut=0:bframes=2:b-adapt=0:ref=5:8x8dct=0:cabac=0:weightp=0:qp=22
headed after 112x64-after "${codec[@]}"
h264 28 keyint=20:min-keyint=20:scenecut=0:bframes=0:ref=1:cabac=0:8x8dct=0
headed after-simple 112x64-after "${codec[@]}"

# flv FILE WHY FIELDS NUMBERS SECONDS:PART…: FLV parts, each from a time on.
flv() {
    local file=$1 part
    head -c 13 "$work/before.flv" >"$file"
    for part in "${@:5}"; do
        cp "$work/${part#*:}.flv" "$work/shifted.flv"
        python3 clocks.py flv "$work/shifted.flv" -1 "${part%%:*}"
        python3 clocks.py tags "$work/shifted.flv" >>"$file"
    done
    stated "$file" "$4" "$2" "$3"
}
flv state-new-header.flv 'a new AVC header of the same size' "$small" "$both" 0:before 1.6:after
flv state-new-header-simple.flv 'a new AVC header, without B-frames' "$small" "$both" 0:before 1.68:after-simple
flv state-new-header-size.flv 'a new AVC header of another size' "$grown" "$both" 0:before 1.6:after-larger
flv state-new-header-back.flv 'a new AVC header, then the first again' "$small" "$both 0-39" \
    0:before 1.6:after 3.2:before

# described FILE HOW WHY FIELDS NUMBERS PART…: MP4 parts in one file.
described() {
    python3 movie.py "$1" "$2" "${@:6}"
    stated "$1" "$5" "$3" "$4"
}
p=$work
described state-descriptions.mp4 descriptions 'two sample descriptions of the same size' "$small" "$both" \
    "$p/before.mp4" "$p/after.mp4"
described state-descriptions-simple.mp4 descriptions 'the second is without B-frames' "$small" "$both" \
    "$p/before.mp4" "$p/after-simple.mp4"
described state-descriptions-size.mp4 descriptions 'the second has another size' "$grown" "$both" \
    "$p/before.mp4" "$p/after-larger.mp4"
described state-descriptions-back.mov descriptions 'two sample descriptions, then the first again' "$small" \
    "$both 0-39" "$p/before.mp4" "$p/after.mp4" "$p/before.mp4"
described state-descriptions-lengths.mp4 short-lengths 'NAL units of the second have lengths of 2 bytes' "$small" \
    "$both" "$p/before.mp4" "$p/after.mp4"
described state-in-band-once.mp4 in-band 'one sample description; the new parameter sets come once, in a sample' \
    "$small" "$both" "$p/before.mp4" "$p/after.mp4"
ff -i state-in-band-once.mp4 "${exact[@]}" -c copy state-in-band-once.mkv
stated state-in-band-once.mkv "$both" 'the new parameter sets come once, in a block' "$small"

hevc 28 keyint=20:min-keyint=20:open-gop=0:scenecut=0
for kind in mp4 ts; do
    part "before-hevc.$kind" 112x64-before 40 "${codec[@]}" -pix_fmt yuv420p
    part "grown-hevc.$kind" 140x80-after 40 "${codec[@]}" -pix_fmt yuv420p
done
hevc 28 keyint=20:min-keyint=20:open-gop=0:scenecut=0:ctu=16:sao=0:amp=0
for kind in mp4 ts; do
    part "after-hevc.$kind" 112x64-after 40 "${codec[@]}" -pix_fmt yuv420p
done
described state-descriptions-hevc.mp4 descriptions 'HEVC, two sample descriptions' "$small" "$both" \
    "$p/before-hevc.mp4" "$p/after-hevc.mp4"
described state-descriptions-hevc-size.mp4 descriptions 'HEVC, the second has another size' "$grown" "$both" \
    "$p/before-hevc.mp4" "$p/grown-hevc.mp4"

# MPEG-4's headers are in the sample description only.
part before-mpeg4.mp4 112x64-before 40 -c:v mpeg4 -bf 2 -g 20 -q:v 6 -mpeg_quant 0
part after-mpeg4.mp4 112x64-after 40 -c:v mpeg4 -bf 2 -g 20 -q:v 6 -mpeg_quant 1
described state-descriptions-mpeg4.mp4 descriptions 'MPEG-4; the second has other quantiser matrices' "$small" \
    "$both" "$p/before-mpeg4.mp4" "$p/after-mpeg4.mp4"

# sequel FILE WHY FIELDS PART…: transport streams, one after another; times go on.
sequel() {
    printf "file '%s'\n" "${@:4}" >"$work/sequel"
    local muxer=()
    [[ $1 == *.ts ]] && muxer=("${spare[@]}")
    ff -f concat -safe 0 -i "$work/sequel" "${exact[@]}" -c copy "${muxer[@]}" "$1"
    stated "$1" "$both" "$2" "$3"
}
for kind in ts mkv mp4; do
    sequel "state-in-band.$kind" 'new parameter sets at every keyframe of the second half' "$small" \
        "$p/before.ts" "$p/after.ts"
done
sequel state-in-band-size.mkv 'another size from the middle on, by parameter sets in the stream' "$grown" \
    "$p/before.ts" "$p/after-larger.ts"
sequel state-in-band-hevc.ts 'HEVC, new parameter sets in the second half' "$small" \
    "$p/before-hevc.ts" "$p/after-hevc.ts"
sequel state-in-band-hevc.mkv 'HEVC, new parameter sets in the second half' "$small" \
    "$p/before-hevc.ts" "$p/after-hevc.ts"
