# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# Files that are no video, or not all of one. generate.sh runs it after basics.sh.

printf '%s\n' 'This is not a video. It is plain English text with a name that ends in .mp4,' \
    'as happens when somebody renames a file and hopes for the best.' >text.mp4
said text.mp4

: >empty.mp4
said empty.mp4

input=()
tone 440 1
make audio-only.m4a 0 -c:a aac -b:a 24k
ff -f rawvideo -pixel_format yuv420p -video_size 160x90 -i "$work/160x90.yuv" "${exact[@]}" -frames:v 1 \
    -pix_fmt yuvj420p -q:v 8 "$work/cover.jpg"
input+=(-i "$work/cover.jpg")
make cover-art.m4a 1 -map 0 -map 1 -c:a aac -b:a 24k -c:v copy -disposition:v attached_pic

percent() { echo $(($(stat -c %s "$1") * $2 / 100)); }

head -c "$(percent h264-30fps.mp4 60)" h264-30fps.mp4 >truncated-head.mp4
said truncated-head.mp4

head -c "$(percent h264-ntsc-moov-last.mp4 60)" h264-ntsc-moov-last.mp4 >truncated-moov.mp4
said truncated-moov.mp4

cp h264-30fps.mp4 garbage.mp4
ff -f lavfi -i 'anoisesrc=seed=7:sample_rate=8000:duration=1' "${exact[@]}" -f u8 "$work/noise"
dd if="$work/noise" of=garbage.mp4 bs=1 seek="$(percent garbage.mp4 45)" count=4000 conv=notrunc status=none
said garbage.mp4

# Hardly anything to read, and 384 MB to decode.
input=(-f lavfi -i 'color=gray:size=16000x16000:rate=25,format=yuv420p')
h264 51 cabac=1:no-deblock=1:ref=1:rc-lookahead=0:bframes=0:8x8dct=0
make too-many-pixels.ts 1 "${codec[@]}" -preset ultrafast
