# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# Flat patches of known colours, in the spaces that videos come in, and colours.json, which says what
# they are. patches.py draws them. generate.sh runs it.

python3 patches.py "$work" >colours.json
said colours.json

# tagged MATRIX PRIMARIES TRANSFER [RANGE]: what the file says of its samples.
tagged() {
    tags=(-colorspace "$1" -color_primaries "$2" -color_trc "$3" -color_range "${4:-tv}")
}

clip 256x144-601 25
tagged smpte170m smpte170m smpte170m
h264 12 keyint=25
make patches-601.mp4 25 "${codec[@]}" "${tags[@]}"
truth patches-601.mp4 25

clip 256x144-709 25
tagged bt709 bt709 bt709
make patches-709.mp4 25 "${codec[@]}" "${tags[@]}"
truth patches-709.mp4 25

clip 256x144-709-full 25
tagged bt709 bt709 bt709 pc
make patches-709-full.mp4 25 "${codec[@]}" "${tags[@]}"
truth patches-709-full.mp4 25

pixels=yuv420p10le

clip 256x144-2020 25
tagged bt2020nc bt2020 bt709
hevc 12 keyint=25
make patches-2020.mp4 25 "${codec[@]}" "${tags[@]}" -tag:v hvc1
truth patches-2020.mp4 25

# HDR10 also states the screen that it was graded on (BT.2020, 1000 cd/m²), its brightest pixel and
# its brightest frame's average.
screen='G(8500,39850)B(6550,2300)R(35400,14600)WP(15635,16450)L(10000000,50)'
clip 288x144-pq 25
tagged bt2020nc bt2020 smpte2084
hevc 12 "keyint=25:hdr10=1:hdr10-opt=1:repeat-headers=1:master-display=$screen:max-cll=1000,200"
make patches-pq.mp4 25 "${codec[@]}" "${tags[@]}" -tag:v hvc1
truth patches-pq.mp4 25

clip 288x144-hlg 25
tagged bt2020nc bt2020 arib-std-b67
hevc 12 keyint=25
make patches-hlg.mov 25 "${codec[@]}" "${tags[@]}" -tag:v hvc1
truth patches-hlg.mov 25

unset pixels
