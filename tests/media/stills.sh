# shellcheck shell=bash disable=SC2154 # the variables are kit.sh's
# Still pictures, and formats of stills that move. kinds.sh runs it.

still='["not_a_video","no_video_stream","unsupported_codec"]'

# a still that shows 1365, whose four quarters are 128x64 each
draw 256x128-still 1 1365
draw 128x64-still 1 1365
quarters='split=4[a][b][c][d];[a]crop=128:64:0:0,setpts=0/TB[a];[b]crop=128:64:128:0,setpts=1/TB[b];'
quarters+='[c]crop=128:64:0:64,setpts=2/TB[c];[d]crop=128:64:128:64,setpts=3/TB[d];[a][b][c][d]interleave=4'

# whole SIZE: the other right answer: the picture.
whole() { echo "{\"or\":{\"numbers\":[1365],\"size\":[$1]}}"; }

hevc 20 keyint=1
hevc=("${codec[@]}" -pix_fmt yuv420p -tag:v hvc1)
av1=(-c:v libaom-av1 -b:v 0 -crf 24 -cpu-used 6 -g 1 -row-mt 0)
clip 256x128-still 1
for kind in heic:hevc avif:av1; do
    declare -n encoder=${kind#*:}
    ff "${input[@]}" "${exact[@]}" -frames:v 4 -filter_complex_threads 1 -filter_complex "$quarters" \
        -vsync passthrough "${encoder[@]}" "$work/tiles.mp4"
    python3 heif.py "still-tiled.${kind%:*}" "$work/tiles.mp4" 2 2
    refused 10 "still-tiled.${kind%:*}" "$still" 'a still of four tiles' "$(whole 256,128)"
done
clip 128x64-still 1
ff "${input[@]}" "${exact[@]}" -frames:v 1 "${hevc[@]}" "$work/still.mp4"
python3 heif.py still.heic "$work/still.mp4" 1 1
refused 10 still.heic "$still" 'a still' "$(whole 128,64)"
ff "${input[@]}" "${exact[@]}" -frames:v 1 "${av1[@]}" -still-picture 1 still.avif
refused 10 still.avif "$still" 'a still' "$(whole 128,64)"
ff "${input[@]}" "${exact[@]}" -frames:v 1 still.webp
refused 10 still.webp "$still" 'a still' "$(whole 128,64)"
# These formats may have more pictures as well, so that one is a short video.
for file in still.gif still.jpg; do
    ff "${input[@]}" "${exact[@]}" -frames:v 1 "$file"
    is 10 "$file" 1365 'a still' '{"size":[128,64],"duration":null,"frameRate":null}'
done

draw 112x64-moving 20

clip 112x64-moving 10
ff "${input[@]}" "${exact[@]}" -frames:v 20 -c:v libwebp_anim -lossless 0 -quality 40 -loop 0 moving.webp
ten='{"rate":10,"options":{"fps":10},"frameRate":10,"size":[112,64]}'
is 10 moving.webp 0-19 'animated WebP' "$ten"
ff "${input[@]}" "${exact[@]}" -frames:v 4 -c:v libwebp_anim -lossless 1 -loop 0 moving-lossless.webp
is 10 moving-lossless.webp 0-3 'animated WebP, lossless' "$ten"
ff "${input[@]}" "${exact[@]}" -frames:v 20 -c:v libaom-av1 -b:v 0 -crf 40 -cpu-used 6 -g 10 -row-mt 0 \
    -f avif moving.avif
is 10 moving.avif 0-19 'animated AVIF' "$ten"

# Frame n is shown for 0.1, 0.2 or 0.3 s.
ff "${input[@]}" "${exact[@]}" -frames:v 10 -c:v libwebp_anim -lossless 0 -quality 40 -loop 3 moving-uneven.webp
python3 - moving-uneven.webp <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at, frame = data.find(b"ANMF"), 0
while at >= 0:
    data[at + 20 : at + 23] = (100 * (1 + frame % 3)).to_bytes(3, "little")
    at, frame = data.find(b"ANMF", at + 4), frame + 1
assert frame == 10
open(sys.argv[1], "wb").write(data)
PYTHON
is 10 moving-uneven.webp 0-9 'animated WebP; frames last 0.1, 0.2 and 0.3 s in turn' \
    '{"options":{"fps":10},"times":[0,0.1,0.3,0.6,0.7,0.9,1.2,1.3,1.5,1.8],"duration":1.9}' \
    '{"frameRate":null,"size":[112,64]}'
