#!/usr/bin/env bash
# Makes every media fixture in this folder, and truth.json, which says what is in them.
#
# The fixtures are committed, so that tests need no encoder; this script is where they come from.
# It needs Debian's ffmpeg (5.1) and nothing else. With that version it gives the same bytes every
# time: encoders run single-threaded and bit-exact, and no file carries a date.
# README.md describes the files and the code drawn in their frames.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ff() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }

exact=(-map_metadata -1 -threads 1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact)

# ---- the picture -------------------------------------------------------------------------------

# draw WIDTH HEIGHT FRAMES: a raw 4:2:0 clip whose frame n shows n as the block code of README.md.
# The background moves but has no detail, so the code survives strong compression.
draw() {
    local raw="$work/$1x$2.yuv"
    local column='st(0, floor(X*14/W))'
    local bit='bitand(floor(N/pow(2, ld(0)-1)), 1)'
    local code="if(eq(ld(0),0), 235, if(eq(ld(0),13), 16, 16+219*$bit))"
    local luma="$column; if(lt(Y,H/4), $code, 118+34*sin((X+2*N)/W*9)+22*sin((Y-N)/H*7))"
    local blue="if(lt(Y,H/4), 128, 128+26*sin((X-N)/W*6))"
    local red="if(lt(Y,H/4), 128, 128+26*cos((Y+N)/H*5))"
    ff -filter_threads 1 -f lavfi -i "nullsrc=size=$1x$2:rate=25,format=yuv420p,geq=lum='$luma':cb='$blue':cr='$red'" \
        -frames:v "$3" -f rawvideo "$raw"
}

# clip WIDTHxHEIGHT RATE: the input options that read a drawn clip back at a frame rate.
clip() {
    input=(-f rawvideo -pixel_format yuv420p -video_size "$1" -framerate "$2" -i "$work/$1.yuv")
}

tone() { input+=(-f lavfi -i "sine=frequency=$1:sample_rate=48000:duration=$2"); }

# ---- making a file and telling the truth about it ----------------------------------------------

truths=()

# truth FILE RATE [FIRST]: what ffprobe says of a file, as one line of truth.json. The numbers are
# the clock's (RATE frames a second, the first shown frame being FIRST); check.py proves that they
# are what the pictures show.
truth() {
    local facts
    facts=$(ffprobe -v error -select_streams v:0 -of flat -show_entries \
        stream=codec_name,width,height,sample_aspect_ratio,time_base:stream_side_data=rotation "$1")
    fact() { sed -n "s/^streams\.stream\.0\..*$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" <<<"$facts" | head -n 1; }
    truths+=("$(
        ffprobe -v error -select_streams v:0 -of csv=p=0 \
            -show_entries frame=key_frame,best_effort_timestamp "$1" |
            awk -F, -v file="$1" -v rate="$2" -v number="${3:-0}" -v codec="$(fact codec_name)" \
                -v width="$(fact width)" -v height="$(fact height)" -v base="$(fact time_base)" \
                -v sar="$(fact sample_aspect_ratio)" -v rotation="$(fact rotation)" '
            # Some frames carry side data, which ffprobe prints as further fields or empty lines.
            # AVI and PS leave the very last frame without a time: it follows at the same pace.
            $1 ~ /^[01]$/ {
                at = $2 ~ /^-?[0-9]+$/ ? $2 : last + (last - before)
                if (!n) start = at
                pts = pts (n ? "," : "") (at - start)
                split(rate, r, "/"); split(base, b, "/")
                shown = number + int((at - start) * b[1] / b[2] * r[1] / (r[2] ? r[2] : 1) + 0.5)
                numbers = numbers (n ? "," : "") shown
                if ($1) keys = keys (keys == "" ? "" : ",") n + 0
                before = last; last = at; n++
            }
            END {
                if (split(sar, s, ":") != 2 || s[1] == 0) { s[1] = 1; s[2] = 1 }
                w = int(width * s[1] / s[2] + 0.5); h = height
                if (rotation % 180 != 0) { t = w; w = h; h = t }
                printf "\"%s\":{\"codec\":\"%s\",\"width\":%d,\"height\":%d,", file, codec, width, height
                printf "\"pixelAspect\":\"%d/%d\",\"rotation\":%d,", s[1], s[2], rotation
                printf "\"displayWidth\":%d,\"displayHeight\":%d,", w, h
                printf "\"timebase\":\"%s\",\"start\":%d,\"pts\":[%s],", base, start, pts
                printf "\"keyframes\":[%s],\"numbers\":[%s]}", keys, numbers
            }'
    )")
}

said() { printf '%-28s %8d bytes\n' "$1" "$(stat -c %s "$1")"; }

# make FILE FRAMES ENCODER-OPTIONS…: encodes the current input, at the rate `clip` gave it.
make() {
    local file=$1 frames=$2
    shift 2
    ff "${input[@]}" "${exact[@]}" -frames:v "$frames" "$@" "$file"
    said "$file"
}

# cpu-independent: otherwise x264's choices depend on the machine it runs on.
h264() { codec=(-c:v libx264 -preset slow -crf "$1" -pix_fmt yuv420p -x264-params "cpu-independent=1:$2"); }
hevc() {
    codec=(-c:v libx265 -preset medium -crf "$1")
    codec+=(-x265-params "pools=none:frame-threads=1:info=0:log-level=error:$2")
}

# ---- the good files ----------------------------------------------------------------------------

draw 320 180 180
draw 178 318 150
draw 321 181 150
draw 240 180 125
draw 160 90 125

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

# ---- the bad files -----------------------------------------------------------------------------

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

# ---- the demo ----------------------------------------------------------------------------------

# clock X Y: a running "SS.t" in seven-segment digits, since drawtext would need a font.
clock() {
    local x=$1 y=$2 boxes='' place digit segment
    # Segments a to g: left, top, width, height, and the set of digits that light it, as bits.
    local segments=('8 0 40 8 1005' '48 8 8 40 927' '48 56 8 40 1019' '8 96 40 8 877'
        '0 56 8 40 325' '0 8 8 40 881' '8 48 40 8 892')
    for place in 10 1 0.1; do
        # A hair is added so that 3/30 s counts as a full tenth.
        digit="mod(floor((t+0.001)/$place),10)"
        for segment in "${segments[@]}"; do
            # shellcheck disable=SC2086 # the five words of a segment
            set -- $segment
            boxes+=",drawbox=x=$((x + $1)):y=$((y + $2)):w=$3:h=$4:color=white:t=fill:enable='bitand($5,pow(2,$digit))'"
        done
        if [ "$place" = 1 ]; then
            boxes+=",drawbox=x=$((x + 68)):y=$((y + 96)):w=8:h=8:color=white:t=fill"
            x=$((x + 12))
        fi
        x=$((x + 76))
    done
    echo "${boxes#,}"
}

# Four scenes of four seconds with hard cuts between them: a sunset, drifting colours, plasma, life.
# The sunset's sky and ground meet at 0.6 of the height; 0..3 and 4..9 are what each works out once.
sky='st(0,Y/H/0.6);
    st(1,hypot(X-W/2,Y-H*0.4)/(H*0.27));
    st(2,lt(ld(1),1)*not(gt(Y/H,0.4)*lt(mod(Y/H*22+N/40,1),(Y/H-0.36)*3.2)));
    st(3,clip((1-ld(1))*H*0.27,0,1)*ld(2))'
ground='st(4,1/(Y/H-0.57));
    st(5,mod((X/W-0.5)*ld(4)*1.6+100.5,1));
    st(6,mod(ld(4)*0.55+N/20,1));
    st(7,clip(1-abs(ld(5)-0.5)*78/pow(ld(4),0.9),0,1));
    st(8,clip(1-abs(ld(6)-0.5)*60/pow(ld(4),1.5),0,1));
    st(9,max(ld(7),ld(8))*clip(1.15-ld(4)/26,0,1))'
# sunset SKY SUN GROUND GRID: one colour plane.
sunset() { tr -d ' \n' <<<"if(lt(Y,H*0.6), $sky; ($1)*(1-ld(3))+($2)*ld(3), $ground; $3+$4*ld(9))"; }
red=$(sunset '30+150*pow(ld(0),2)' 255 24 215)
green=$(sunset '8+50*pow(ld(0),3)' '235-330*(Y/H-0.13)' 6 70)
blue=$(sunset '60+70*ld(0)' '70+150*(Y/H-0.13)' 46 180)

plasma="lum='128+50*sin(hypot(X-160-90*sin(N/40),Y-90)/18-N/18)+40*sin((X+Y)/30+N/25)'"
plasma+=":cb='128+50*sin(X/W*5+N/35)':cr='128+50*cos(Y/H*4-N/45)'"

colours='c0=0x10245c:c1=0x7b2d8b:c2=0xf2545b:c3=0xf9a03f:c4=0x19b5a5:nb_colors=5'
cells='life_color=0xf9e45b:death_color=0x1d4e75:mold_color=0x0b132b:mold=20'

scene() { input+=(-f lavfi "$@"); }
input=()
scene -t 4 -i "nullsrc=size=640x360:rate=30,format=gbrp,geq=r='$red':g='$green':b='$blue'"
scene -t 4 -i "gradients=size=1280x720:rate=30:$colours:x0=0:y0=0:x1=1279:y1=719:speed=0.02:seed=3"
scene -t 4 -i "nullsrc=size=320x180:rate=30,format=yuv420p,geq=$plasma"
scene -ss 3 -t 4 -i "life=size=64x36:rate=5:ratio=0.16:random_seed=11:$cells,fps=30"
size=scale=1280:720:flags
ff -filter_complex_threads 1 -filter_threads 1 "${input[@]}" \
    -filter_complex "[0]$size=bicubic,format=yuv420p[a];[1]format=yuv420p[b];[2]$size=bicubic[c];
        [3]$size=neighbor,format=yuv420p[d];[a][b][c][d]concat=n=4,
        drawbox=x=40:y=40:w=272:h=144:color=black@0.8:t=fill,$(clock 60 60)" \
    "${exact[@]}" -c:v libx264 -preset slow -crf 33 -pix_fmt yuv420p -g 60 -x264-params cpu-independent=1:scenecut=0 \
    -movflags +faststart sample.mp4
said sample.mp4

# ---- truth.json --------------------------------------------------------------------------------

{
    echo '{'
    for i in "${!truths[@]}"; do
        printf '%s%s\n' "${truths[i]}" "$([ "$i" -lt $((${#truths[@]} - 1)) ] && echo ,)"
    done
    echo '}'
} >truth.json
said truth.json
