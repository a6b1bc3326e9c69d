# shellcheck shell=bash disable=SC2154 # the variables are kit.sh's
# Properties that only the container or only the bitstream states: cropping, colour, fields, rotation. kinds.sh
# runs it.

# is KIND FILE NUMBERS WHY FIELDS…
is() {
    said "$2"
    kind "$2" "$1" "$3" "$4" '{"warns":false,"frameRate":25}' "${@:5}"
}

# ---- cropping ----------------------------------------------------------------------------------

draw 112x64-crop 25
draw 111x63-crop 25
draw 112x48-crop 25
draw 84x64-crop 25

# track FILE CHANGE VALUES…
track() { python3 tracks.py "$@"; }

# around FILE CLIP SIZE X Y ENCODER…: a clip in a larger picture that is red around it.
around() {
    clip "$2" 25
    ff "${input[@]}" "${exact[@]}" -frames:v 25 "${@:6}" \
        -vf "format=yuv444p,pad=$3:$4:$5:0xd02040,${turn:-null},format=yuv420p" "$1"
}

cropped='{"size":[112,64]}'
h264 24 keyint=10:min-keyint=10:scenecut=0
around crop-clap.mp4 112x64-crop 140:80 14 8 "${codec[@]}"
track crop-clap.mp4 clap 112 64 14 8
track crop-clap.mp4 shown 112 64
is 8 crop-clap.mp4 0-24 'clap, from the middle' "$cropped"

around crop-clap-odd.mp4 112x64-crop 160:96 7 21 "${codec[@]}"
track crop-clap-odd.mp4 clap 112 64 7 21
is 8 crop-clap-odd.mp4 0-24 'clap, 7 from the left and 21 from the top; the track header has the coded size' "$cropped"

around crop-clap-odd-size.mov 111x63-crop 140:80 15 9 "${codec[@]}"
track crop-clap-odd-size.mov clap 111 63 15 9
is 8 crop-clap-odd-size.mov 0-24 'clap of 111x63, whose offsets are no whole numbers' '{"size":[111,63]}'

around crop-clap-wide.mp4 84x64-crop 112:80 10 4 "${codec[@]}"
track crop-clap-wide.mp4 clap 84 64 10 4
track crop-clap-wide.mp4 pasp 4 3
track crop-clap-wide.mp4 shown 112 64
is 8 crop-clap-wide.mp4 0-24 'clap of 84x64, and pixels 4:3: to be shown as 112x64' "$cropped"

turn=transpose=clock around crop-clap-turned.mp4 112x64-crop 160:80 10 12 "${codec[@]}"
track crop-clap-turned.mp4 clap 64 112 4 10
track crop-clap-turned.mp4 shown 64 112
track crop-clap-turned.mp4 turned
is 8 crop-clap-turned.mp4 0-24 'clap of 64x112, 4 from the left and 10 from the top, to be turned left' "$cropped"

turn=transpose=clock around crop-clap-wide-turned.mp4 112x48-crop 160:80 10 12 "${codec[@]}"
track crop-clap-wide-turned.mp4 clap 48 112 20 10
track crop-clap-wide-turned.mp4 pasp 4 3
track crop-clap-wide-turned.mp4 shown 64 112
track crop-clap-wide-turned.mp4 turned
is 8 crop-clap-wide-turned.mp4 0-24 'clap of 48x112, then pixels 4:3, then to be turned left' "$cropped"

hevc 26 keyint=10:min-keyint=10:scenecut=0:open-gop=0
around crop-clap-hevc.mp4 112x64-crop 144:80 16 8 "${codec[@]}" -tag:v hvc1
track crop-clap-hevc.mp4 clap 112 64 16 8
is 8 crop-clap-hevc.mp4 0-24 'clap of HEVC' "$cropped"

h264 24 keyint=10:min-keyint=10:scenecut=0
around crop.mkv 112x64-crop 140:80 14 8 "${codec[@]}"
track crop.mkv crop 14 8 14 8
track crop.mkv display 112 64
is 8 crop.mkv 0-24 'PixelCrop, from the middle' "$cropped"

around crop-odd.mkv 112x64-crop 160:96 7 21 "${codec[@]}"
track crop-odd.mkv crop 7 21 41 11
track crop-odd.mkv display 112 64
is 8 crop-odd.mkv 0-24 'PixelCrop, 7 from the left and 21 from the top' "$cropped"

around crop-wide.mkv 84x64-crop 112:80 10 4 "${codec[@]}"
track crop-wide.mkv crop 10 4 18 12
track crop-wide.mkv display 112 64 0
is 8 crop-wide.mkv 0-24 'PixelCrop to 84x64, to be shown as 112x64' "$cropped"

around crop-ratio.mkv 84x64-crop 112:80 10 4 "${codec[@]}"
track crop-ratio.mkv crop 10 4 18 12
track crop-ratio.mkv display 7 4 3
is 8 crop-ratio.mkv 0-24 'PixelCrop to 84x64, to be shown at 7:4' "$cropped"

around crop-vp9.webm 112x64-crop 140:80 14 8 -c:v libvpx-vp9 -b:v 0 -crf 34 -g 10 -row-mt 0
track crop-vp9.webm crop 14 8 14 8
track crop-vp9.webm display 112 64
is 8 crop-vp9.webm 0-24 'PixelCrop of VP9' "$cropped"

# ---- colour ------------------------------------------------------------------------------------

python3 patches.py "$work" >"$work/colours.json"

# patch FILE LIKE ENCODER…: 10 frames of the clip of a file of colours.json, coded without a word about
# their colour, unless the options give one.
patch() {
    local name=${2#patches-} size=256x144
    [[ $2 =~ pq|hlg ]] && size=288x144
    clip "$size-${name%.*}" 25
    ff "${input[@]}" "${exact[@]}" -frames:v 10 "${@:3}" "$1"
}

# coloured FILE LIKE WHY [FIELDS]
coloured() {
    said "$1"
    kind "$1" 6 0-9 "$3" '{"warns":false,"frameRate":25}' "$(python3 - "$work/colours.json" "$2" <<'PYTHON'
import json, sys
patches = json.load(open(sys.argv[1]))[sys.argv[2]]
fields = {"like": sys.argv[2], "size": [32 * len(patches), 144]}
if "srgb" in patches[0]:
    # BT.601's primaries are taken for BT.709's, as players do
    kind = "rgb" if "601" in sys.argv[2] else "srgb"
    fields["pixels"] = [[patch["x"], 0.625, *patch[kind]] for patch in patches]
print(json.dumps(fields))
PYTHON
    )" "${4:-null}"
}

h264 12 keyint=5
for kind in mkv mp4; do
    for space in 601:6:6 709:1:1; do
        IFS=: read -r name primaries matrix <<<"$space"
        patch "colour-$name.$kind" "patches-$name.mp4" "${codec[@]}"
        [ $kind = mp4 ] && track "colour-$name.mp4" nclx "$primaries" "$primaries" "$matrix" 0
        [ $kind = mkv ] && track "colour-$name.mkv" colour "$primaries" "$primaries" "$matrix" 1
        coloured "colour-$name.$kind" "patches-$name.mp4" "H.264; only the container says that it is BT.$name"
    done
done
patch colour-709.mov patches-709.mp4 "${codec[@]}"
track colour-709.mov nclc 1 1 1
coloured colour-709.mov patches-709.mp4 'H.264; only a QuickTime nclc says that it is BT.709'
patch colour-full.mp4 patches-709-full.mp4 "${codec[@]}"
track colour-full.mp4 nclx 1 1 1 1
coloured colour-full.mp4 patches-709-full.mp4 'H.264; only the container says that it is BT.709 in full range'
patch colour-full.mkv patches-709-full.mp4 "${codec[@]}"
track colour-full.mkv colour 1 1 1 2
coloured colour-full.mkv patches-709-full.mp4 'H.264; only the container says that it is BT.709 in full range'

for kind in mkv mp4; do
    patch "colour-mpeg4.$kind" patches-709.mp4 -c:v mpeg4 -q:v 2 -g 5
    [ $kind = mp4 ] && track colour-mpeg4.mp4 nclx 1 1 1 0
    [ $kind = mkv ] && track colour-mpeg4.mkv colour 1 1 1 1
    coloured "colour-mpeg4.$kind" patches-709.mp4 'MPEG-4; only the container says that it is BT.709'
done

# x264 and x265 write "unknown" for what is "undef".
h264 12 keyint=5:videoformat=pal:colorprim=undef:transfer=undef:colormatrix=undef
patch colour-unknown.mkv patches-709.mp4 "${codec[@]}"
track colour-unknown.mkv colour 1 1 1 1
coloured colour-unknown.mkv patches-709.mp4 'H.264 that says "unknown"; the container says BT.709'
h264 12 keyint=5:colorprim=bt709
patch colour-partly.mkv patches-709.mp4 "${codec[@]}"
track colour-partly.mkv colour 1 1 1 1
coloured colour-partly.mkv patches-709.mp4 'H.264 states the primaries only; the container the matrix'

# The bitstream wins.
h264 12 keyint=5:colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m
patch colour-bitstream.mkv patches-601.mp4 "${codec[@]}"
track colour-bitstream.mkv colour 1 1 1 1
coloured colour-bitstream.mkv patches-601.mp4 'H.264 says BT.601, the container BT.709: the bitstream wins'
patch colour-bitstream.mp4 patches-601.mp4 "${codec[@]}"
track colour-bitstream.mp4 nclx 1 1 1 0
coloured colour-bitstream.mp4 patches-601.mp4 'H.264 says BT.601, the container BT.709: the bitstream wins'
h264 12 keyint=5:colorprim=bt709:transfer=bt709:colormatrix=bt709:fullrange=on
patch colour-bitstream-full.mp4 patches-709-full.mp4 "${codec[@]}"
track colour-bitstream-full.mp4 nclx 1 1 1 0
coloured colour-bitstream-full.mp4 patches-709-full.mp4 \
    'H.264 says full range, the container limited: the bitstream wins'

# shellcheck disable=SC2034 # kit.sh's clip reads it
pixels=yuv420p10le
hevc 12 keyint=5
for kind in mkv mp4; do
    patch "colour-2020.$kind" patches-2020.mp4 "${codec[@]}" -pix_fmt yuv420p10le
    [ $kind = mp4 ] && track colour-2020.mp4 nclx 9 1 9 0
    [ $kind = mkv ] && track colour-2020.mkv colour 9 1 9 1
    coloured "colour-2020.$kind" patches-2020.mp4 'HEVC; only the container says that it is BT.2020'
    for range in pq:16 hlg:18; do
        IFS=: read -r name transfer <<<"$range"
        like=patches-$name.$([ "$name" = pq ] && echo mp4 || echo mov)
        patch "colour-$name.$kind" "$like" "${codec[@]}" -pix_fmt yuv420p10le
        [ $kind = mp4 ] && track "colour-$name.mp4" nclx 9 "$transfer" 9 0
        [ $kind = mkv ] && track "colour-$name.mkv" colour 9 "$transfer" 9 1
        if [ "$name" = pq ]; then
            [ $kind = mp4 ] && track colour-pq.mp4 light 1000 0.005 1000 200
            [ $kind = mkv ] && track colour-pq.mkv mastering 1000 0.005 1000 200
        fi
        coloured "colour-$name.$kind" "$like" "HEVC; only the container says that it is ${name^^}, BT.2020"
    done
done
# 10 bits of H.264
h264 12 keyint=5
patch colour-pq-h264.mkv patches-pq.mp4 "${codec[@]}"
track colour-pq-h264.mkv colour 9 16 9 1
track colour-pq-h264.mkv mastering 1000 0.005 1000 200
coloured colour-pq-h264.mkv patches-pq.mp4 'H.264 in 10 bits; only the container says that it is PQ, BT.2020'
unset pixels

# timed BARE-STREAM [INPUT-OPTIONS…]: $work/timed.mp4, of its pictures at 25 a second. Other containers are
# made of that one: setts sets times in a time base that they do not keep.
timed() { ff -framerate 25 "${@:2}" -i "$1" "${exact[@]}" -c copy -bsf:v setts=ts=N/25/TB "$work/timed.mp4"; }

# ---- fields ------------------------------------------------------------------------------------

draw 112x128-fields 20

# x265 codes the fields as pictures, and says so.
for order in tff bff; do
    clip 112x128-fields 25
    hevc 24 interlace=$order:keyint=20:min-keyint=20:scenecut=0:open-gop=0
    ff "${input[@]}" "${exact[@]}" -vf "setfield=$order,separatefields" -frames:v 40 "${codec[@]}" \
        -pix_fmt yuv420p "$work/$order.mkv"
    cp "$work/$order.mkv" "fields-hevc-$order.mkv"
    is 9 "fields-hevc-$order.mkv" 0-19 "HEVC coded in fields, $order" '{"size":[112,128]}'
done
ff -i "$work/tff.mkv" "${exact[@]}" -c copy -tag:v hvc1 fields-hevc.mp4
is 9 fields-hevc.mp4 0-19 'HEVC coded in fields; each is a sample' '{"size":[112,128]}'
ff -i "$work/bff.mkv" "${exact[@]}" -c copy "${spare[@]}" fields-hevc.ts
is 9 fields-hevc.ts 0-19 'HEVC coded in fields, the bottom one first' '{"size":[112,128]}'

clip 112x128-fields 25
ff "${input[@]}" "${exact[@]}" -vf setfield=tff,separatefields -frames:v 24 -c:v mpeg2video -g 1 -q:v 10 \
    "$work/top.m2v"
python3 units.py "$work/top.m2v" fields top
cp "$work/top.m2v" fields-mpeg2.m2v
is 9 fields-mpeg2.m2v 0-11 'MPEG-2 in field pictures' '{"size":[112,128]}'
timed "$work/top.m2v" -f mpegvideo
ff -i "$work/timed.mp4" "${exact[@]}" -c copy "${spare[@]}" fields-mpeg2-top.ts
is 9 fields-mpeg2-top.ts 0-11 'MPEG-2 in field pictures, the top one first' '{"size":[112,128]}'

# ---- rotation in the bitstream -----------------------------------------------------------------

draw 112x64-turned 40
draw 64x112-turned 40

# oriented FILE CODEC CLIP FILTER TURN MIRROR WHERE WHY
oriented() {
    local size=${3%%-*} muxer=()
    [[ $1 == *.ts ]] && muxer=("${spare[@]}")
    clip "$3" 25
    ff "${input[@]}" "${exact[@]}" -frames:v 40 -vf "$4" "${codec[@]}" -pix_fmt yuv420p "$work/oriented.$2"
    python3 units.py "$work/oriented.$2" orientation "$2" "$5" "$6" "$7"
    case $1 in
        *.mp4) timed "$work/oriented.$2" && cp "$work/timed.mp4" "$1" ;;
        *.h264) cp "$work/oriented.$2" "$1" ;;
        *) timed "$work/oriented.$2" && ff -i "$work/timed.mp4" "${exact[@]}" -c copy "${muxer[@]}" "$1" ;;
    esac
    is 12 "$1" 0-39 "$8" "{\"size\":[${size/x/,}]}"
}
# without B-frames, for a bare stream has no times
h264 28 keyint=10:min-keyint=10:scenecut=0:bframes=0
oriented rotate-sei.mp4 h264 112x64-turned transpose=clock 90 - all \
    'only the bitstream says, at every picture, to turn left'
oriented rotate-sei-once.mp4 h264 112x64-turned transpose=clock 90 - once \
    'only the first picture says to turn left'
oriented rotate-sei-once.ts h264 112x64-turned transpose=cclock 270 - once \
    'only the first picture says to turn right'
oriented rotate-sei-half.mkv h264 112x64-turned hflip,vflip 180 - once 'only the first picture says to turn by half'
oriented rotate-sei-mirror.mp4 h264 112x64-turned hflip 0 h once 'only the first picture says to mirror'
oriented rotate-sei.h264 h264 64x112-turned transpose=clock 90 - once 'a bare stream; upright it is 64x112'
hevc 28 keyint=10:min-keyint=10:scenecut=0:open-gop=0:bframes=0
oriented rotate-sei-hevc.mp4 hevc 112x64-turned transpose=clock 90 - all \
    'HEVC; only the bitstream says to turn left'
oriented rotate-sei-hevc-once.mkv hevc 112x64-turned transpose=cclock 270 - once \
    'HEVC; only the first picture says to turn right'
