# shellcheck shell=bash disable=SC2034,SC2154 # the variables are kit.sh's
# Deeper samples, finer colour, RGB, gray and transparency. generate.sh runs it after basics.sh.

# ---- samples -----------------------------------------------------------------------------------

clip 320x180 25
pixels=yuv422p10le h264 28 keyint=25
make h264-422-10bit.mov 50 "${codec[@]}"
truth h264-422-10bit.mov 25

clip 320x180 25
hevc 28 keyint=25:open-gop=0
make hevc-12bit.mkv 50 "${codec[@]}" -pix_fmt yuv420p12le
truth hevc-12bit.mkv 25

clip 320x180 25
make vp9-10bit.webm 50 -c:v libvpx-vp9 -profile:v 2 -pix_fmt yuv420p10le -b:v 0 -crf 40 -g 25 -row-mt 0
truth vp9-10bit.webm 25

clip 160x90 25
make ffv1-gray.mkv 15 -c:v ffv1 -level 3 -g 5 -pix_fmt gray
truth ffv1-gray.mkv 25

clip 160x90 25
make ffv1-gbr.mkv 10 -c:v ffv1 -level 3 -g 5 -pix_fmt gbrp
truth ffv1-gbr.mkv 25

# ---- transparency ------------------------------------------------------------------------------

# Below the band the left half is transparent, and magenta under that where the format keeps it; the
# right half is bars.
draw 160x90-bars 20 0 'if(lt(mod(X+4*N,40),20),170,80)' 100 150
hole='lt(X,W/2)*gte(Y,H/4)'
glass="format=gbrap,geq=r='if($hole,255,r(X,Y))':g='if($hole,0,g(X,Y))':b='if($hole,255,b(X,Y))'"
glass+=":a='if($hole,0,255)'"
transparent='{"transparent":{"x":[0,0.5],"y":[0.25,1],"hidden":'
magenta="${transparent}[255,0,255]}}" nothing="${transparent}null}}"

clip 160x90-bars 10
make prores-4444.mov 10 -filter_threads 1 -vf "$glass" -c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le \
    -q:v 20 -vendor apl0
special prores-4444.mov 10 "$magenta"

clip 160x90-bars 10
make png.mov 20 -filter_threads 1 -vf "$glass" -c:v png -pix_fmt rgba
special png.mov 10 "$magenta"

clip 160x90-bars 10
make animated.apng 20 -filter_threads 1 -vf "$glass" -c:v apng -pix_fmt rgba -plays 0
special animated.apng 10 "$nothing"

clip 160x90-bars 10
make animated.gif 20 -filter_complex_threads 1 -filter_complex "$glass,split[a][b];
    [a]palettegen=max_colors=16[palette];[b][palette]paletteuse=dither=none"
special animated.gif 10 "$nothing"

# ---- rows from the bottom up -------------------------------------------------------------------

# bottom_up FILE: marks the pictures of an AVI as stored from the bottom up, with the text that FFmpeg puts
# after the headers of such AVIs. It fits into the padding there.
bottom_up() {
    python3 - "$1" <<'PYTHON'
import struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
mark = b"\0BottomUp\0"
strf = data.index(b"strf")
size = struct.unpack_from("<I", data, strf + 4)[0]
junk = strf + 8 + size
assert data[junk : junk + 4] == b"JUNK"
left = struct.unpack_from("<I", data, junk + 4)[0] - len(mark)
struct.pack_into("<I", data, strf + 4, size + len(mark))
data[junk : junk + 8 + len(mark)] = mark + b"JUNK" + struct.pack("<I", left)
open(sys.argv[1], "wb").write(data)
PYTHON
}

draw 84x48 8
clip 84x48 10
make raw-bottom-up.avi 8 -vf vflip -c:v rawvideo
bottom_up raw-bottom-up.avi
truth raw-bottom-up.avi 10
