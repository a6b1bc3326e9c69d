# shellcheck shell=bash disable=SC2154 # the variables are kit.sh's
# Recordings one after another, and clocks that jump. The second recording's first frame follows the
# first's last by one frame. kinds.sh runs it.

draw 112x64-first 40
draw 112x64-second 40 1000
draw 112x64-third 20 2000
draw 140x80-second 40 1000

# jumped FILE NUMBERS WHY [FIELDS]: what must come out of a file whose clock jumps.
jumped() {
    said "$1"
    kind "$1" 2 "$2" "$3" '{"size":[112,64],"warns":true,"frameRate":25}' "${4:-null}"
}

# join FILE NUMBERS WHY FIELDS PART…: files of $work, one after another.
join() {
    local file=$1
    (cd "$work" && cat "${@:5}") >"$file"
    jumped "$file" "$2" "$3" "$4"
}

both='0-39 1000-1039'
two_sizes='{"size":null,"sizes":[[0,112,64],[40,140,80]]}'

# ---- transport streams -------------------------------------------------------------------------

h264 28 keyint=20:min-keyint=20:scenecut=0:bframes=2:b-adapt=0
part first.ts 112x64-first 40 "${codec[@]}" "${spare[@]}"
part second.ts 112x64-second 40 "${codec[@]}" "${spare[@]}"
part short.ts 112x64-first 20 "${codec[@]}" "${spare[@]}"
part third.ts 112x64-third 20 "${codec[@]}" "${spare[@]}"
part other-size.ts 140x80-second 40 "${codec[@]}" "${spare[@]}"
part other-pids.ts 112x64-second 40 "${codec[@]}" "${spare[@]}" -mpegts_start_pid 0x300
part other-program.ts 112x64-second 40 "${codec[@]}" "${spare[@]}" -mpegts_start_pid 0x300 \
    -mpegts_pmt_start_pid 0x1100 -mpegts_service_id 7
# later_part RECORDING SECONDS: the recording with its clock so much later, in $work.
later_part() {
    ff -i "$work/$1.ts" "${exact[@]}" "${spare[@]}" -c copy -copyts -output_ts_offset "$2" "$work/$1+$2.ts"
}
later_part second 9
later_part second 18000
later_part first 20
later_part second 5
later_part first 7200
later_part short 18000
later_part second 7200
later_part third 14400

join clock-joined.ts "$both" 'two recordings with B-frames; the clock goes back by 1.6 s' '{}' first.ts second.ts
join clock-joined-resized.ts "$both" 'the second recording has another size' "$two_sizes" first.ts other-size.ts
join clock-joined-pids.ts "$both" 'the second recording has other PIDs' '{}' first.ts other-pids.ts
join clock-joined-program.ts "$both" 'the second recording has other PIDs and another program' '{}' \
    first.ts other-program.ts
join clock-joined-three.ts '0-19 1000-1039 2000-2019' 'three recordings' '{}' short.ts second.ts third.ts
join clock-forward.ts "$both" 'the second clock begins 7.4 s after the first ends' '{}' first.ts second+9.ts
join clock-forward-hours.ts "$both" 'the second clock begins 5 h later' '{}' first.ts second+18000.ts
join clock-back.ts "$both" 'the second clock begins 16.6 s before the first ends' '{}' first+20.ts second+5.ts
join clock-back-hours.ts "$both" 'the second clock begins 2 h before the first ends' '{}' first+7200.ts second.ts
join clock-back-and-forward.ts '0-19 1000-1039 2000-2019' 'the clock goes back by 3 h, then forward by 2 h' \
    '{}' short+18000.ts second+7200.ts third+14400.ts

h264 28 keyint=20:min-keyint=20:scenecut=0:bframes=0
part first-forward.ts 112x64-first 40 "${codec[@]}" "${spare[@]}"
part second-forward.ts 112x64-second 40 "${codec[@]}" "${spare[@]}"
join clock-joined-no-b-frames.ts "$both" 'two recordings without B-frames' '{}' first-forward.ts second-forward.ts

hevc 28 keyint=20:min-keyint=20:open-gop=1:scenecut=0
part first-hevc.ts 112x64-first 40 "${codec[@]}" "${spare[@]}" -pix_fmt yuv420p
part second-hevc.ts 112x64-second 40 "${codec[@]}" "${spare[@]}" -pix_fmt yuv420p
join clock-joined-hevc.ts "$both" 'two recordings in HEVC' '{}' first-hevc.ts second-hevc.ts

mpeg2=(-c:v mpeg2video -bf 2 -g 12 -q:v 8)
part first-mpeg2.ts 112x64-first 40 "${mpeg2[@]}" "${spare[@]}"
part second-mpeg2.ts 112x64-second 40 "${mpeg2[@]}" "${spare[@]}"
join clock-joined-mpeg2.ts "$both" 'two recordings in MPEG-2' '{}' first-mpeg2.ts second-mpeg2.ts

# As camcorders write them: four bytes before every packet.
h264 28 keyint=20:min-keyint=20:scenecut=0:bframes=2:b-adapt=0
part first.m2ts 112x64-first 40 "${codec[@]}" -mpegts_m2ts_mode 1
part second.m2ts 112x64-second 40 "${codec[@]}" -mpegts_m2ts_mode 1
join clock-joined.m2ts "$both" 'two recordings of a camcorder' '{}' first.m2ts second.m2ts

# sounding NAME CLIP: a recording with sound, to $work.
sounding() {
    clip "$2" 25
    tone 440 1.6
    ff "${input[@]}" "${exact[@]}" -frames:v 40 "${codec[@]}" -c:a mp2 -b:a 32k -ar 32000 "${@:3}" "$work/$1"
}
sounding first-sound.ts 112x64-first "${spare[@]}"
sounding second-sound.ts 112x64-second "${spare[@]}"
join clock-joined-sound.ts "$both" 'two recordings with sound' '{}' first-sound.ts second-sound.ts

# Readers look at the first 5 s to find what is in a file.
draw 112x64-lengthy 140 0 118 128 128
h264 40 keyint=50:min-keyint=50:scenecut=0:bframes=2:b-adapt=0
part lengthy.ts 112x64-lengthy 140 "${codec[@]}" "${spare[@]}"
join clock-joined-pids-late.ts '0-139 1000-1039' \
    'the second recording has other PIDs, and begins after 5.6 s' '{}' \
    lengthy.ts other-pids.ts

# ---- a jump inside a GOP -----------------------------------------------------------------------

h264 28 keyint=60:min-keyint=60:scenecut=0:bframes=2:b-adapt=0
draw 112x64-long 60
part long.ts 112x64-long 60 "${codec[@]}" "${spare[@]}"

# leap FILE FRAME SECONDS WHY: a recording of one GOP whose clock jumps.
leap() {
    cp "$work/long.ts" "$1"
    python3 clocks.py ts "$1" "$2" "$3"
    jumped "$1" 0-59 "$4"
}
leap clock-leap-forward.ts 25 7 'inside a GOP, the clock jumps forward by 7 s'
leap clock-leap-forward-hours.ts 25 18000 'inside a GOP, the clock jumps forward by 5 h'
leap clock-leap-back.ts 30 -5 'inside a GOP, the clock jumps back by 5 s; its 33 bits wrap'
leap clock-leap-back-little.ts 40 -0.6 'inside a GOP, the clock jumps back by 0.6 s'
leap clock-leap-back-hours.ts 30 -7200 'inside a GOP, the clock jumps back by 2 h; its 33 bits wrap'

# ---- program streams ---------------------------------------------------------------------------

part first.mpg 112x64-first 40 "${mpeg2[@]}"
part second.mpg 112x64-second 40 "${mpeg2[@]}"
part first.vob 112x64-first 40 "${mpeg2[@]}" -f vob
part second.vob 112x64-second 40 "${mpeg2[@]}" -f vob
part other-size.vob 140x80-second 40 "${mpeg2[@]}" -f vob
sounding first-sound.vob 112x64-first "${mpeg2[@]}" -f vob
sounding second-sound.vob 112x64-second "${mpeg2[@]}" -f vob
join clock-joined.mpg "$both" 'two program streams' '{}' first.mpg second.mpg
join clock-joined.vob "$both" 'two parts of a DVD' '{}' first.vob second.vob
join clock-joined-sound.vob "$both" 'two parts of a DVD with sound' '{}' first-sound.vob second-sound.vob
join clock-joined-resized.vob "$both" 'the second part has another size' "$two_sizes" first.vob other-size.vob

# ---- chained Ogg -------------------------------------------------------------------------------

theora=(-c:v libtheora -q:v 4 -g 20)
part first.ogv 112x64-first 40 "${theora[@]}" -serial_offset 1
part second.ogv 112x64-second 40 "${theora[@]}" -serial_offset 2
part third.ogv 112x64-third 20 "${theora[@]}" -serial_offset 3
part other-size.ogv 140x80-second 40 "${theora[@]}" -serial_offset 2
join clock-chained.ogv "$both" 'two links of a chain' '{}' first.ogv second.ogv
join clock-chained-three.ogv '0-39 1000-1039 2000-2019' 'three links of a chain' '{}' first.ogv second.ogv third.ogv
join clock-chained-resized.ogv "$both" 'the second link has another size' "$two_sizes" first.ogv other-size.ogv

# ---- Matroska and WebM -------------------------------------------------------------------------

vp8=(-c:v libvpx -b:v 60k -crf 20 -g 20 -auto-alt-ref 1 -lag-in-frames 12)
vp9=(-c:v libvpx-vp9 -b:v 0 -crf 36 -g 20 -row-mt 0 -auto-alt-ref 1 -lag-in-frames 12)
for recording in first second third; do
    frames=40
    [ $recording = third ] && frames=20
    part $recording-vp8.webm 112x64-$recording $frames "${vp8[@]}"
    part $recording-vp9.webm 112x64-$recording $frames "${vp9[@]}"
    part $recording-live-vp8.webm 112x64-$recording $frames "${vp8[@]}" -live 1 -cluster_time_limit 400
    part $recording-live-vp9.webm 112x64-$recording $frames "${vp9[@]}" -live 1
    python3 clocks.py unknown "$work/$recording-live-vp8.webm"
    part $recording.mkv 112x64-$recording $frames "${codec[@]}"
done
part other-size-vp8.webm 140x80-second 40 "${vp8[@]}"
join clock-joined-vp8.webm "$both" 'two segments of VP8' '{}' first-vp8.webm second-vp8.webm
join clock-joined-vp9.webm "$both" 'two segments of VP9' '{}' first-vp9.webm second-vp9.webm
join clock-joined-live-vp8.webm "$both" 'two segments of a browser: segments and clusters of unknown size' '{}' \
    first-live-vp8.webm second-live-vp8.webm
join clock-joined-live-vp9.webm "$both" 'two segments of unknown size' '{}' first-live-vp9.webm second-live-vp9.webm
join clock-joined-mixed.webm "$both" 'a segment of unknown size, then one of known size' '{}' \
    first-live-vp8.webm second-vp8.webm
join clock-joined-three.webm '0-39 1000-1039 2000-2019' 'three segments' '{}' \
    first-vp8.webm second-vp8.webm third-vp8.webm
join clock-joined-resized.webm "$both" 'the second segment has another size' "$two_sizes" \
    first-vp8.webm other-size-vp8.webm
join clock-joined.mkv "$both" 'two segments of H.264 with the same headers' '{}' first.mkv second.mkv

# One segment; a cluster begins at every keyframe.
clusters=(-cluster_time_limit 5000)
draw 112x64-clusters 60
part clusters.mkv 112x64-clusters 60 -c:v libx264 -preset slow -crf 28 -pix_fmt yuv420p \
    -x264-params cpu-independent=1:keyint=20:min-keyint=20:scenecut=0:bframes=2 "${clusters[@]}"
for how in back:0 hours:18000; do
    cp "$work/clusters.mkv" "clock-clusters-${how%:*}.mkv"
    python3 clocks.py clusters "clock-clusters-${how%:*}.mkv" 1 "${how#*:}"
done
jumped clock-clusters-back.mkv 0-59 'in one segment, the clock of the second cluster starts from 0 again'
jumped clock-clusters-hours.mkv 0-59 'in one segment, the clock jumps forward by 5 h'

# ---- fragmented MP4 ----------------------------------------------------------------------------

h264 28 keyint=20:min-keyint=20:scenecut=0:bframes=2:b-adapt=0
flags=+frag_keyframe+empty_moov+default_base_moof
fragmented=(-movflags "$flags")
bare=(-movflags "$flags+skip_trailer")
part first.mp4 112x64-first 40 "${codec[@]}" "${fragmented[@]}"
part second.mp4 112x64-second 40 "${codec[@]}" "${fragmented[@]}"
part first-bare.mp4 112x64-first 40 "${codec[@]}" "${bare[@]}"
part second-bare.mp4 112x64-second 40 "${codec[@]}" "${bare[@]}"
part other-size.mp4 140x80-second 40 "${codec[@]}" "${fragmented[@]}"

# The fragments of a file, without its headers.
at=$(grep -abo moof "$work/second-bare.mp4" | sed -n '1s/:.*//p')
tail -c "+$((at - 3))" "$work/second-bare.mp4" >"$work/second.m4s"

join clock-joined.mp4 "$both" 'two fragmented files, each with its moov and index' '{}' first.mp4 second.mp4
join clock-joined-resized.mp4 "$both" 'the second file has another size' "$two_sizes" first.mp4 other-size.mp4
join clock-fragments-back.mp4 "$both" 'the clock of the third fragment starts from 0 again' '{}' \
    first-bare.mp4 second.m4s
for how in forward-hours:2:18000 back-inside:3:-0.4; do
    IFS=: read -r name nth seconds <<<"$how"
    cat "$work/first-bare.mp4" "$work/second.m4s" >"clock-fragments-$name.mp4"
    python3 clocks.py fragments "clock-fragments-$name.mp4" "$nth" "$seconds"
done
jumped clock-fragments-forward-hours.mp4 "$both" 'the clock of the third fragment jumps forward by 5 h'
jumped clock-fragments-back-inside.mp4 "$both" \
    'the clock starts again at the third fragment, and goes back by 0.4 s at the fourth'

# ---- FLV ---------------------------------------------------------------------------------------

part first.flv 112x64-first 40 "${codec[@]}"
part second.flv 112x64-second 40 "${codec[@]}"
part first-spark.flv 112x64-first 40 -c:v flv -g 20 -q:v 6
part second-spark.flv 112x64-second 40 -c:v flv -g 20 -q:v 6
for recording in second second-spark; do
    python3 clocks.py tags "$work/$recording.flv" >"$work/$recording.tags"
done
join clock-joined.flv "$both" 'two files; the second header is in the middle' '{}' first.flv second.flv
join clock-restart.flv "$both" 'the clock of the tags starts again; the AVC header comes again' '{}' \
    first.flv second.tags
join clock-restart-spark.flv "$both" 'Sorenson Spark, whose clock starts again' '{}' \
    first-spark.flv second-spark.tags
cp "$work/first.flv" clock-forward-hours.flv
python3 clocks.py flv clock-forward-hours.flv 20 18000
jumped clock-forward-hours.flv 0-39 'the clock jumps forward by 5 h at a keyframe'
