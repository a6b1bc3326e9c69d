# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# Pictures that are turned, mirrored, oddly sized, resized or not alone. generate.sh runs it after
# basics.sh.

# ---- display matrices --------------------------------------------------------------------------

# matrix FILE A B C D: replaces the display matrix of a file's only track, by which pixel (x, y) is
# shown at (A·x + C·y, B·x + D·y), moved back into sight.
matrix() {
    python3 - "$@" <<'PYTHON'
import struct, sys
file, (a, b, c, d) = sys.argv[1], map(int, sys.argv[2:])
data = bytearray(open(file, "rb").read())
matrix = data.index(b"tkhd") + 44
width, height = (side >> 16 for side in struct.unpack_from(">II", data, matrix + 36))
x = max(0, -a) * width + max(0, -c) * height
y = max(0, -b) * width + max(0, -d) * height
fixed = [number << 16 for number in (a, b, 0, c, d, 0, x, y)]
struct.pack_into(">9i", data, matrix, *fixed, 1 << 30)
open(file, "wb").write(data)
PYTHON
}

# turned FILE CLIP FILTER A B C D: a file whose coded picture is CLIP through FILTER, and whose
# matrix undoes that.
turned() {
    local file=$1 filter=$3
    clip "$2" 25
    shift 3
    h264 28 keyint=50
    make "$file" 75 "${codec[@]}" -vf "$filter"
    matrix "$file" "$@"
    truth "$file" 25
}

turned h264-upside-down.mov 320x180 hflip,vflip -1 0 0 -1
turned h264-rotated-left.mp4 178x318 transpose=clock 0 -1 1 0
turned h264-mirrored.mp4 320x180 hflip -1 0 0 1
turned h264-flipped.mov 320x180 vflip 1 0 0 -1
turned h264-transposed.mov 178x318 transpose=cclock_flip 0 1 1 0

# ---- sizes -------------------------------------------------------------------------------------

# Odd sides need unsubsampled colour, and a picture cropped from whole blocks.
draw 317x179 75
clip 317x179 25
pixels=yuv444p h264 28 keyint=50
make h264-444-odd.mp4 75 "${codec[@]}"
truth h264-444-odd.mp4 25

# The second half has its own headers and a quarter of the pixels; numbers and times go on.
draw 160x90-second 50 50
clip 320x180 25
h264 28 keyint=25
ff "${input[@]}" "${exact[@]}" -frames:v 50 "${codec[@]}" "$work/first.ts"
clip 160x90-second 25
ff "${input[@]}" "${exact[@]}" -frames:v 50 "${codec[@]}" "$work/second.ts"
printf "file '%s'\n" "$work/first.ts" "$work/second.ts" >"$work/halves"
input=(-f concat -safe 0 -i "$work/halves")
make h264-resized.ts 100 -c copy
special h264-resized.ts 25

# ---- two videos --------------------------------------------------------------------------------

# The video that a person would watch shows the numbers; the other's begin at 2000.
draw 160x90-other 75 2000
clip 160x90-other 25
other=("${input[@]}")

clip 160x90 25
input=("${other[@]}" "${input[@]}")
h264 28 keyint=25
make h264-second-default.mkv 100 -map 0 -map 1 -t 3 "${codec[@]}" -default_mode passthrough \
    -disposition:v:0 0 -disposition:v:1 default
truth h264-second-default.mkv 25 0 1

clip 320x180 25
input=("${other[@]}" "${input[@]}")
make h264-second-larger.mp4 100 -map 0 -map 1 -t 3 "${codec[@]}" -disposition:v default
truth h264-second-larger.mp4 25 0 1

# ---- pixels that only the container knows to be wide -------------------------------------------

# wide FILE CLIP ASPECT [FILTER]: H.264 of a clip through FILTER. Its stream says nothing of its
# pixels' shape; the file says that the coded picture has this ASPECT.
wide() {
    clip "$2" 25
    h264 28 keyint=25
    ff "${input[@]}" "${exact[@]}" -frames:v 50 -vf "${4:-null}" "${codec[@]}" "$work/wide.mp4"
    input=(-i "$work/wide.mp4")
    make "$1" 50 -c copy -aspect "$3"
}

wide h264-wide-pixels.mov 240x180 16:9
truth h264-wide-pixels.mov 25

wide h264-wide-rotated.mp4 178x318 2:1 transpose=clock
matrix h264-wide-rotated.mp4 0 -1 1 0
truth h264-wide-rotated.mp4 25

# Matroska gives the size to show.
clip 240x180 25
make vp8-wide-pixels.webm 50 -c:v libvpx -b:v 100k -g 25 -aspect 16:9
truth vp8-wide-pixels.webm 25
