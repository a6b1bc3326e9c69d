# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# Clocks that are missing, odd or wrap, and files without an index. generate.sh runs it after
# basics.sh.

# ---- clocks ------------------------------------------------------------------------------------

clip 320x180 60000/1001
h264 28 keyint=60
make h264-59.94.mp4 180 "${codec[@]}"
truth h264-59.94.mp4 60000/1001

# B-frames are decoded before they are shown. Without an edit list to hide that delay, MP4's first
# time is not 0; with negative offsets its decode times are not before its presentation times.
clip 320x180 25
h264 28 keyint=50
make h264-no-edit-list.mp4 75 "${codec[@]}" -use_editlist 0
truth h264-no-edit-list.mp4 25

clip 320x180 25
make h264-negative-offsets.mp4 75 "${codec[@]}" -use_editlist 0 -movflags +negative_cts_offsets
truth h264-negative-offsets.mp4 25

# A transport stream's clock has 33 bits at 90 kHz: it wraps after 95443.7 s, here 2.3 s in.
input=(-i h264.ts)
make h264-wrap.ts 125 -c copy -output_ts_offset 95440
truth h264-wrap.ts 25

# ---- no times at all, or only decode times -----------------------------------------------------

input=(-i h264.ts)
make h264.h264 125 -c copy
truth h264.h264 25

input=(-i hevc.mp4)
make hevc.hevc 144 -c copy
truth hevc.hevc 24

input=(-i mpeg2.ts)
make mpeg2.m2v 125 -c copy
truth mpeg2.m2v 25

clip 320x180 25
h264 28 keyint=50
make h264.avi 125 "${codec[@]}"
truth h264.avi 25

# As DivX and Xvid wrote them: a B-frame shares a packet with the frame that it needs, and an empty
# packet follows. The encoder keeps the last two frames; what it gives of 123 ends on an empty packet.
clip 320x180 25
make xvid-packed.avi 123 -c:v libxvid -vtag XVID -bf 2 -g 50 -q:v 7
truth xvid-packed.avi 25

input=(-i vp9.webm)
make vp9.ivf 150 -map 0:v -c copy
truth vp9.ivf 30

clip 320x180 25
hevc 28 keyint=50:min-keyint=50:open-gop=0
make hevc.ts 125 "${codec[@]}" -pix_fmt yuv420p
truth hevc.ts 25

# ---- no index ----------------------------------------------------------------------------------

# As a recorder writes that never goes back: a segment of unknown size, no duration, no cues.
clip 320x180 25
h264 28 keyint=50
make h264-no-cues.mkv 125 "${codec[@]}" -live 1
truth h264-no-cues.mkv 25

# A file of a recorder that was switched off.
head -c "$(grep -abo idx1 mpeg4.avi | tail -n 1 | cut -d : -f 1)" mpeg4.avi >mpeg4-no-index.avi
said mpeg4-no-index.avi
truth mpeg4-no-index.avi 25

clip 320x180 30
h264 28 keyint=45
make h264-fragmented-no-index.mp4 150 "${codec[@]}" \
    -movflags +frag_keyframe+empty_moov+default_base_moof+skip_trailer
truth h264-fragmented-no-index.mp4 30

# ---- where decoding can start ------------------------------------------------------------------

clip 320x180 30
h264 28 keyint=infinite:scenecut=0
make h264-one-keyframe.mp4 150 "${codec[@]}"
truth h264-one-keyframe.mp4 30

# No keyframe but the first is an IDR picture: the others are recovery points, and the B-frames
# shown before one need the GOP before it.
clip 320x180 25
h264 28 keyint=25:bframes=3:open-gop=1:scenecut=0
make h264-open-gops.ts 125 "${codec[@]}"
truth h264-open-gops.ts 25

# A column of intra blocks wanders through the picture in place of keyframes: who enters at a
# recovery point has a whole picture only when it has come to the other side.
clip 320x180 25
h264 28 keyint=25:intra-refresh=1:ref=1:b-pyramid=none
make h264-intra-refresh.mp4 125 "${codec[@]}"
special h264-intra-refresh.mp4 25

# ---- half a minute, to seek in -----------------------------------------------------------------

draw 160x90-long 750 0 '128+40*sin((X+N/4)/W*6)' 110 140

small_tone() { input+=(-f lavfi -i "sine=frequency=440:sample_rate=24000:duration=30"); }

clip 160x90-long 25
small_tone
h264 32 keyint=50:min-keyint=50:scenecut=0
make h264-long.ts 750 "${codec[@]}" -c:a mp2 -b:a 8k -pat_period 1
truth h264-long.ts 25

# A pack states the time only of the first frame that begins in it. If too many frames have no time, this
# ffmpeg guesses wrong. In packs this small almost all frames have one.
clip 160x90-long 25
small_tone
make mpeg2-long.mpg 750 -c:v mpeg2video -bf 2 -g 15 -q:v 12 -c:a mp2 -b:a 8k -packetsize 256
truth mpeg2-long.mpg 25

# ---- fragments whose clock was running already -------------------------------------------------

# A file of a recorder that joined a live stream late: its first fragment is the second one.
moof() { grep -abo moof h264-fragmented-no-index.mp4 | sed -n "$1s/:.*//p"; }
head -c "$(($(moof 1) - 4))" h264-fragmented-no-index.mp4 >h264-fragmented-late.mp4
tail -c "+$(($(moof 2) - 3))" h264-fragmented-no-index.mp4 >>h264-fragmented-late.mp4
said h264-fragmented-late.mp4
truth h264-fragmented-late.mp4 30 45

# later FILE SECONDS: lets the clock of a file of one track and one index of fragments begin later.
later() {
    python3 - "$@" <<'PYTHON'
import struct, sys
file, seconds = sys.argv[1], int(sys.argv[2])
data = bytearray(open(file, "rb").read())
sidx = data.index(b"sidx")
ticks = seconds * struct.unpack_from(">I", data, sidx + 12)[0]
# each in version 1, of 64 bits
places = [sidx + 16]
at = -1
while (at := data.find(b"tfdt", at + 1)) >= 0:
    places.append(at + 8)
for place in places:
    struct.pack_into(">Q", data, place, struct.unpack_from(">Q", data, place)[0] + ticks)
open(file, "wb").write(data)
PYTHON
}

clip 320x180 30
h264 28 keyint=45
make h264-fragmented-clock.mp4 150 "${codec[@]}" \
    -movflags +frag_keyframe+empty_moov+default_base_moof+global_sidx
later h264-fragmented-clock.mp4 1000
truth h264-fragmented-clock.mp4 30
