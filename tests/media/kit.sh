# shellcheck shell=bash
# The functions with which the other scripts make files: a drawn clip, an encoder, a line of truth.
# generate.sh reads it first; the scripts of each subject use its functions and variables.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/truth"
: >"$work/special"

ff() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }

exact=(-map_metadata -1 -threads 1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact)

# ---- the picture -------------------------------------------------------------------------------

# draw CLIP FRAMES [FIRST [LUMA BLUE RED]]: a raw 4:2:0 clip whose frame n shows FIRST + n as the
# block code of README.md. CLIP is its size, such as 320x180, or its size and a name, such as
# 320x180-bars. LUMA, BLUE and RED are what lies below the band, as geq's expressions; otherwise it
# is a background that moves but has no detail, so that the code survives strong compression.
draw() {
    local size=${1%%-*}
    local luma=${4:-118+34*sin((X+2*N)/W*9)+22*sin((Y-N)/H*7)}
    local blue=${5:-128+26*sin((X-N)/W*6)}
    local red=${6:-128+26*cos((Y+N)/H*5)}
    local column='st(0, floor(X*14/W))'
    local bit="bitand(floor((N+${3:-0})/pow(2, ld(0)-1)), 1)"
    local code="if(eq(ld(0),0), 235, if(eq(ld(0),13), 16, 16+219*$bit))"
    luma="$column; if(lt(Y,H/4), $code, $luma)"
    blue="if(lt(Y,H/4), 128, $blue)"
    red="if(lt(Y,H/4), 128, $red)"
    ff -filter_threads 1 -f lavfi -i "nullsrc=size=$size:rate=25,format=yuv420p,geq=lum='$luma':cb='$blue':cr='$red'" \
        -frames:v "$2" -f rawvideo "$work/$1.yuv"
}

# clip CLIP RATE: the input options that read a drawn clip back at a frame rate.
clip() {
    input=(-f rawvideo -pixel_format "${pixels:-yuv420p}" -video_size "${1%%-*}" -framerate "$2" -i "$work/$1.yuv")
}

tone() { input+=(-f lavfi -i "sine=frequency=$1:sample_rate=48000:duration=$2"); }

# ---- making a file and telling the truth about it ----------------------------------------------

# truth FILE RATE [FIRST [STREAM]]: puts what ffprobe says of a file into truth.json. The numbers
# are the clock's (RATE frames a second, the first shown frame being FIRST); check.py proves that
# they are what the pictures show. STREAM counts the video streams from 0.
truth() { python3 probe.py "$1" "$2" "${3:-0}" "${4:-0}" >>"$work/truth"; }

# special FILE RATE [FIELDS]: the same for special.json, with further fields as a JSON object.
special() { python3 probe.py "$1" "$2" 0 0 ${3:+"$3"} >>"$work/special"; }

# lines FILE: a JSON object of the lines that a file of $work holds.
lines() {
    echo '{'
    sed '$!s/$/,/' "$work/$1"
    echo '}'
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
h264() { codec=(-c:v libx264 -preset slow -crf "$1" -pix_fmt "${pixels:-yuv420p}" -x264-params "cpu-independent=1:$2"); }
hevc() {
    codec=(-c:v libx265 -preset medium -crf "$1")
    codec+=(-x265-params "pools=none:frame-threads=1:info=0:log-level=error:$2")
}
