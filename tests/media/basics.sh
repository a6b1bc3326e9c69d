# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# One file for each codec and container that people use, and what their clocks do. generate.sh runs it.

draw 320x180 180
draw 178x318 150
draw 321x181 150
draw 240x180 125
draw 160x90 125

clip 320x180 30
tone 440 6
h264 27 keyint=60
make h264-30fps.mp4 180 "${codec[@]}" -color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709 \
    -c:a aac -b:a 24k -movflags +faststart
truth h264-30fps.mp4 30

clip 320x180 30000/1001
h264 27 keyint=45:bframes=3:open-gop=1:scenecut=0
make h264-ntsc-moov-last.mp4 180 "${codec[@]}"
truth h264-ntsc-moov-last.mp4 30000/1001

# The upright picture is laid on its side, and the display matrix says to turn it back. This ffmpeg
# writes the matrix only when it copies a stream.
clip 178x318 25
h264 27 keyint=50
ff "${input[@]}" "${exact[@]}" -frames:v 150 "${codec[@]}" -vf transpose=cclock "$work/sideways.mov"
input=(-i "$work/sideways.mov")
make h264-rotated.mov 150 -c copy -metadata:s:v rotate=270
truth h264-rotated.mov 25

clip 320x180 24
hevc 28 keyint=48:min-keyint=48:open-gop=1
make hevc.mp4 144 "${codec[@]}" -tag:v hvc1 -pix_fmt yuv420p
truth hevc.mp4 24

clip 320x180 25
hevc 28 keyint=50:open-gop=0
make hevc-10bit.mkv 125 "${codec[@]}" -pix_fmt yuv420p10le
truth hevc-10bit.mkv 25

clip 321x181 25
make vp8.webm 125 -c:v libvpx -b:v 90k -crf 20 -g 50 -auto-alt-ref 1 -lag-in-frames 16
truth vp8.webm 25

clip 320x180 30
tone 660 5
make vp9.webm 150 -c:v libvpx-vp9 -b:v 0 -crf 40 -g 60 -row-mt 0 -auto-alt-ref 1 -c:a libopus -b:a 16k
truth vp9.webm 30

clip 320x180 30
make av1.mp4 150 -c:v libaom-av1 -b:v 0 -crf 42 -cpu-used 6 -g 60 -keyint_min 60 -row-mt 0
truth av1.mp4 30

clip 320x180 24
make av1.webm 72 -c:v libaom-av1 -b:v 0 -crf 42 -cpu-used 6 -g 24 -keyint_min 24 -row-mt 0
truth av1.webm 24

clip 320x180 25
make mpeg4.avi 125 -c:v mpeg4 -vtag XVID -bf 2 -g 50 -q:v 7
truth mpeg4.avi 25

clip 320x180 25
make mpeg2.ts 125 -c:v mpeg2video -bf 2 -g 15 -q:v 9
truth mpeg2.ts 25

clip 240x180 25
make mpeg2-wide-pixels.mpg 125 -c:v mpeg2video -bf 2 -g 15 -q:v 9 -aspect 16:9
truth mpeg2-wide-pixels.mpg 25

clip 320x180 25
h264 28 keyint=50
make h264.ts 125 "${codec[@]}"
truth h264.ts 25

clip 160x90 10
make mjpeg.avi 50 -c:v mjpeg -pix_fmt yuvj420p -q:v 8
truth mjpeg.avi 10

clip 320x180 25
make wmv2.wmv 125 -c:v wmv2 -g 50 -q:v 8
truth wmv2.wmv 25

clip 160x90 25
make flv1.flv 125 -c:v flv -g 50 -q:v 7
truth flv1.flv 25

clip 320x180 25
h264 28 keyint=50
make h264.flv 75 "${codec[@]}"
truth h264.flv 25

clip 320x180 25
make theora.ogv 125 -c:v libtheora -q:v 4 -g 50
truth theora.ogv 25

clip 160x90 24
make prores.mov 24 -c:v prores_ks -profile:v proxy -q:v 20 -vendor apl0
truth prores.mov 24

# Irregular gaps, and one full second (frames 61 to 90) in which frame 60 stays on screen.
clip 320x180 30
h264 28 keyint=30
make h264-variable-rate.mkv 180 "${codec[@]}" -vsync vfr \
    -vf "select='not(between(n,61,90))*lt(mod(n*n*3+n*5,11),6)'"
truth h264-variable-rate.mkv 30

clip 320x180 30
h264 28 keyint=45
make h264-fragmented.mp4 150 "${codec[@]}" -movflags +frag_keyframe+empty_moov+default_base_moof
truth h264-fragmented.mp4 30

clip 320x180 25
h264 28 keyint=50
make h264-late-start.mkv 75 "${codec[@]}" -output_ts_offset 10
truth h264-late-start.mkv 25

# The sound starts at 0, the picture 1.5 s later: an empty edit stands before the video's.
input=(-itsoffset 1.5 "${input[@]}")
tone 550 4
make h264-late-video.mp4 75 "${codec[@]}" -vsync passthrough -c:a aac -b:a 24k
truth h264-late-video.mp4 25

# Cut without re-encoding, as phones trim: the file holds the GOP from frame 60 on, and its edit
# list hides what comes before frame 80.
input=(-ss 2.66 -i h264-30fps.mp4)
make h264-trimmed.mp4 120 -map 0:v -c copy
truth h264-trimmed.mp4 30 80

# A file as a packager writes it for streaming: all fragments are listed in one place before the first.
# Readers look only at the fragments that they need.
clip 160x90 2
h264 28 keyint=10:min-keyint=10:scenecut=0
make h264-segment-index.mp4 125 "${codec[@]}" \
    -movflags +frag_keyframe+empty_moov+default_base_moof+global_sidx
truth h264-segment-index.mp4 2

# As a careless muxer writes: the index takes every frame for a keyframe.
clip 160x90 25
make mpeg4-wrong-index.avi 125 -c:v mpeg4 -vtag XVID -bf 2 -g 20 -q:v 12
python3 - mpeg4-wrong-index.avi <<'END'
import pathlib, sys
path = pathlib.Path(sys.argv[1])
file = bytearray(path.read_bytes())
index = file.rindex(b"idx1")
size = int.from_bytes(file[index + 4 : index + 8], "little")
for entry in range(index + 8, index + 8 + size, 16):
    file[entry + 4] |= 0x10  # AVIIF_KEYFRAME
path.write_bytes(file)
END
truth mpeg4-wrong-index.avi 25

# One detailed picture that stands still: its JPEGs are large although the file is small. Copies of the file, one
# after the other, are one long video. Every frame shows 0, so it is not in truth.json.
luma='118+34*sin(X/W*9)+22*sin(Y/H*7)+0.4*(mod(X*X*7+Y*Y*13+X*Y*3,31)-15)'
draw 1920x1080-still 1 0 "$luma" '128+26*sin(X/W*6)' '128+26*cos(Y/H*5)'
clip 1920x1080-still 25
input=(-stream_loop 59 "${input[@]}")
h264 26 keyint=60:scenecut=0
make large-images.ts 60 "${codec[@]}"
