# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# Videos that take a decoder through what layers/ffmpeg/patches changes, and decoding.json, which has for each
# of them the checksums of its pictures as Debian's FFmpeg decodes them. generate.sh runs it after kit.sh.

mkdir -p decoding
: >"$work/decoding"

# plain FILE FRAMES ENCODER-OPTIONS…: encodes a picture that moves by fractions of a sample, with some grain.
# A fade makes weights.
plain() {
    local file=decoding/$1 frames=$2 crcs
    shift 2
    input=(-f lavfi -i "mandelbrot=size=352x288:rate=25:start_scale=0.4,noise=alls=4:allf=t:all_seed=5,${filter:-null}")
    make "$file" "$frames" "$@"
    crcs=$(ff -i "$file" -fps_mode passthrough -f framecrc - | awk '!/^#/ { printf "%s\"%s\"", n++ ? "," : "", $NF }')
    echo "\"${file#*/}\": [$crcs]" >>"$work/decoding"
}

h264 14 keyint=25:interlaced=1:slices=3
plain h264-fields.mkv 6 "${codec[@]}"

pixels=yuv422p h264 14 keyint=25
plain h264-422.mkv 6 "${codec[@]}"

# levels that need the escape code
h264 1 keyint=25:8x8dct=0
plain h264-4x4.mkv 3 "${codec[@]}"

h264 18 keyint=25:weightp=2
filter=fade=in:0:10 plain h264-weights.mkv 12 "${codec[@]}"

hevc 22 keyint=25:weightp=1:weightb=1:rect=1:amp=1
filter=fade=in:0:10 plain hevc-weights.mkv 12 "${codec[@]}" -pix_fmt yuv420p

# few coefficients in large transforms, and many
hevc 36 keyint=25:bframes=6
plain hevc-few.mkv 16 "${codec[@]}" -pix_fmt yuv420p
hevc 4 keyint=25:scaling-list=default
plain hevc-many.mkv 3 "${codec[@]}" -pix_fmt yuv420p

hevc 14 keyint=25
plain hevc-10bit.mkv 6 "${codec[@]}" -pix_fmt yuv420p10le

hevc 20 keyint=25:ctu=16:max-tu-size=16:tskip=1
plain hevc-small-units.mkv 8 "${codec[@]}" -pix_fmt yuv420p

lines decoding >decoding.json
said decoding.json
