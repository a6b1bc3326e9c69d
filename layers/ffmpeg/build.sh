#!/usr/bin/env bash
# Builds $OUT: FFmpeg's shared libraries for $ARCH. The Makefile sets the variables and asks only
# when $OUT does not exist. This file's commands are part of $OUT's name: what changes the
# libraries belongs here.
# Lists of words are split on purpose, and the listed names are FFmpeg's.
# shellcheck disable=SC2010,SC2046,SC2048,SC2086
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$OUT")"

exec 3>&1
say() { echo "ffmpeg layer: $*" >&3; }
work=$OUT.partial log=$OUT.log

exec 9>"$OUT.lock"
flock --nonblock 9 || { say "waiting for another build of the same"; flock 9; }
[[ -d $OUT ]] && exit

exec >"$log" 2>&1
failed() {
    tail -n 30 "$log" >&3
    say "failed; the whole log is $log"
}
trap '[[ $? -eq 0 ]] || failed' EXIT
rm -rf "$work"
mkdir -p "$work"/{bin,src,deps,stage}

# The caller's make, compiler and pkg-config settings are not meant for these builds.
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL DESTDIR CC CFLAGS CPPFLAGS LDFLAGS AR PKG_CONFIG_PATH
export PKG_CONFIG_LIBDIR=$work/deps/lib/pkgconfig
export ZIG_GLOBAL_CACHE_DIR=$work/zig ZIG_LOCAL_CACHE_DIR=$work/zig
jobs=$(nproc)

# glibc 2.26 is older than the 2.34 of Amazon Linux 2023, which cargo-lambda links the functions for.
# Wrappers on the PATH, because FFmpeg records the options it was configured with; the rpath in
# the wrapper, because configure and make would each take their share of its dollar sign.
zig=$("$PYTHON" -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))')
[[ $("$zig" version) == "$ZIG_VERSION" ]] || { echo "zig $("$zig" version) found, $ZIG_VERSION expected"; exit 1; }
wrapper() {
    printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$zig" "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
# With AVX2 and BMI2 FFmpeg's C is a few percent faster; shared/frames refuses an older processor.
processor=
[[ $ARCH != x86_64 ]] || processor=-mcpu=x86_64_v3
wrapper target-cc "cc -target $ARCH-linux-gnu.2.26 $processor -Wl,-rpath,'\$ORIGIN'"
wrapper target-ar ar
wrapper target-ranlib ranlib
wrapper host-cc cc
# meson and ninja are in the same folder as the venv's python.
PATH=$work/bin:$(cd "$(dirname "$PYTHON")" && pwd):$PATH

unpack() {
    local tarball
    tarball=$(bash "$here/fetch.sh" "$1" 2>&3)
    sha256sum "$tarball" | sed 's|/.*/||' >>"$work/stage/SOURCES"
    mkdir "$work/src/$1"
    tar -xf "$tarball" -C "$work/src/$1" --strip-components 1
    cd "$work/src/$1"
}

build_zlib() {
    unpack zlib
    say "building zlib (seconds)"
    CC=target-cc AR=target-ar RANLIB=target-ranlib CFLAGS='-O3 -fPIC' \
        ./configure --static --prefix="$work/deps"
    make -j"$jobs" libz.a
    make install
}

build_dav1d() {
    unpack dav1d
    say "building dav1d (about a minute)"
    cat >../target.ini <<INI
[binaries]
c = 'target-cc'
ar = 'target-ar'
pkg-config = 'pkg-config'
[host_machine]
system = 'linux'
cpu_family = '$ARCH'
cpu = '$ARCH'
endian = 'little'
[properties]
needs_exe_wrapper = true
INI
    meson setup build --cross-file ../target.ini --prefix "$work/deps" --libdir lib \
        --buildtype release --default-library static -Denable_tools=false -Denable_tests=false
    ninja -C build install
}

# Every native video decoder is here by construction: whatever FFmpeg's source declares one.
# Not: wrappers of libraries; av1, which only drives hardware (dav1d decodes AV1);
# wrapped_avframe, whose packets are pointers; vnull, which decodes nothing.
video_decoders() {
    awk 'match($0, /FFCodec ff_[a-z0-9_]+_decoder *=/) { name = substr($0, RSTART + 11); sub(/_decoder.*/, "", name) }
         name && /AVMEDIA_TYPE_VIDEO/ { print name; name = "" }
         /^};/ { name = "" }' libavcodec/*.c libavcodec/*/*.c |
        grep -vxE 'lib.*|av1|wrapped_avframe|vnull|.*_(amf|cuvid|mediacodec|mmal|oh|qsv|rkmpp|v4l2m2m)'
    echo libdav1d
}

# Containers that people's videos come in. None opens another file or a URL: no playlists and
# manifests, no image sequences, no mlv (which looks for its sibling files). None is for sound,
# text or single images; none needs a size from outside.
demuxers='
    asf avi flv live_flv kux matroska mov mpegps mpegts mpegvideo nut ogg rm swf wtv
    av1 apv cavsvideo dirac dnxhd h261 h263 h264 hevc ipu ivf m4v mjpeg mjpeg_2000 obu vc1 vc1t vvc yuv4mpegpipe
    cine dv filmstrip gxf lxf mxf pdv r3d ser
    ingenient ivr mpjpeg nsv nuv pmp pva rpl ty vivo
    dhav frm hxvs ifv ipmovie iv8 lmlm4 luodat lvf mxg nc sdr2
    anm apng flic gif iff webp_anim
    avs bethsoftvid bfi bink bmv c93 cdxl dfa dsicin dxa ea fourxm gdv hnm idcin jv mgsts mm mods moflex mtv mv mvi
    paf rl2 roq segafilm sga siff simbiosis_imx smacker smjpeg smush str thp tiertexseq tmv usm vividas vmd wc3 wsvqa
    xmv yop'

parsers='apv av1 bmp cavsvideo cri dirac dnxhd dnxuc dpx dvd_nav ffv1 gif h261 h263 h264 hdr hevc ipu jpeg2000
    mjpeg mpeg4video mpegvideo png pnm prores prores_raw qoi rv34 vc1 vp3 vp8 vp9 vvc webp xbm xwd'

# The filters that cut, join and rewrite packets of video; not the ones for debugging.
filters='apv_metadata av1_frame_merge av1_frame_split av1_metadata dovi_rpu dovi_split dts2pts dump_extradata
    dv_error_marker extract_extradata filter_units h264_metadata h264_mp4toannexb h264_redundant_pps hapqa_extract
    hevc_metadata hevc_mp4toannexb imx_dump_header media100_to_mjpegb mjpeg2jpeg mjpega_dump_header mpeg2_metadata
    mpeg4_unpack_bframes null prores_metadata remove_extradata setts vp9_metadata vp9_raw_reorder vp9_superframe
    vp9_superframe_split vvc_metadata vvc_mp4toannexb'

# Whether a patch applies to the line: `patch` itself moves a hunk to where its few lines fit as well.
fits() {
    local output
    output=$(patch --dry-run --force --fuzz=0 -p0 <"$1") && ! grep -qE 'offset|fuzz' <<<"$output"
}

# Without a patch FFmpeg is slower, not wrong: Debian's other version is built without those that do
# not fit it. The pinned version is not.
apply_patches() {
    local patch
    for patch in "$here"/patches/*.patch; do
        if fits "$patch"; then
            patch --force --fuzz=0 -p0 <"$patch"
            basename "$patch" >>"$work/stage/SOURCES"
        elif grep -q "^$FFMPEG_SHA256 " "$work/stage/SOURCES"; then
            say "${patch##*/} does not apply to this FFmpeg"
            exit 1
        else
            say "this FFmpeg is built without ${patch##*/}, which is for version $FFMPEG_VERSION"
        fi
    done
}

commas() { echo $* | tr ' ' ','; }

build_ffmpeg() {
    unpack ffmpeg
    apply_patches
    say "building FFmpeg (about 5 minutes on 2 cores)"
    ./configure --prefix=/opt --enable-cross-compile --target-os=linux --arch="$ARCH" \
        --cc=target-cc --ar=target-ar --ranlib=target-ranlib --host-cc=host-cc --pkg-config=pkg-config \
        --extra-ldflags=-s --disable-stripping --disable-debug \
        --enable-shared --disable-static --enable-pic --enable-pthreads --enable-runtime-cpudetect \
        --disable-everything --disable-autodetect --disable-iconv --disable-network \
        --disable-programs --disable-doc --disable-avdevice --disable-avfilter --disable-swresample \
        --enable-zlib --enable-libdav1d \
        --enable-decoder="$(commas $(video_decoders))" --enable-demuxer="$(commas $demuxers)" \
        --enable-parser="$(commas $parsers)" --enable-bsf="$(commas $filters)"
    # configure passes over names it does not know and adds what others select: the containers are
    # those named above, and there is no protocol.
    diff <(printf 'ff_%s_demuxer\n' $demuxers | sort) \
        <(grep -oh 'ff_[a-z0-9_]*' libavformat/{demuxer,muxer,protocol}_list.c | sort)
    # configure only tries to link sysctl, and zig's glibc stubs have it; no header does.
    sed -i 's/^#define HAVE_SYSCTL 1$/#define HAVE_SYSCTL 0/' config.h
    make -j"$jobs"
    make DESTDIR="$work/install" install-libs install-headers
}

started=$SECONDS
build_zlib
build_dav1d
build_ffmpeg

cd "$work"
# Their prefix is the layer's /opt, which is wrong everywhere else.
rm -r install/opt/lib/pkgconfig
mv install/opt/{lib,include} stage/
mkdir stage/licenses
cp src/ffmpeg/COPYING.LGPLv2.1 stage/licenses/
cp src/dav1d/COPYING stage/licenses/COPYING.dav1d
cp src/zlib/LICENSE stage/licenses/LICENSE.zlib
(cd stage/lib && ls | grep -E '^lib[a-z]+\.so\.[0-9]+$') >stage/sonames

mv -T stage "$OUT"
rm -rf "$work"
say "built in $((SECONDS - started)) s: $OUT"
