#!/usr/bin/env bash
# Proves that the patches change no sample and measures what each of them gains. README.md says more.
# The Makefile sets the variables. STEPS are some of those below; `build` comes first.
# Lists of words are split on purpose.
# shellcheck disable=SC2046,SC2086
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
work=${PROOF_WORK:-$CACHE/proof}
mkdir -p "$work/bin"
jobs=$(nproc)

# As in build.sh: the caller's make and compiler settings are not meant for these builds.
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL DESTDIR CC CFLAGS CPPFLAGS LDFLAGS AR

say() { echo "ffmpeg proof: $*"; }
log=
failed() {
    [[ -z $log ]] || tail -n 30 "$log"
    say "failed${log:+; the whole log is $log}"
}
trap '[[ $? -eq 0 ]] || failed' EXIT
[[ $ARCH == x86_64 ]] || { say "the patches are for x86_64"; exit 1; }

# The compiler and its options are build.sh's: what is proved is what is shipped.
zig=$("$PYTHON" -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))')
export ZIG_GLOBAL_CACHE_DIR=$work/zig ZIG_LOCAL_CACHE_DIR=$work/zig
wrapper() {
    printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$zig" "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
wrapper target-cc "cc -target x86_64-linux-gnu.2.26 -mcpu=x86_64_v3"
wrapper target-ar ar
wrapper target-ranlib ranlib
PATH=$work/bin:$PATH

patches=$(cd "$here/patches" && echo *.patch)

# Configures FFmpeg for H.264 and HEVC only.
configured() {
    ./configure --prefix=/ --disable-stripping --disable-debug --enable-static --enable-pic --enable-pthreads \
        --disable-everything --disable-autodetect --disable-iconv --disable-network --disable-doc --disable-avdevice \
        --disable-programs --enable-ffmpeg --enable-decoder=h264,hevc --enable-parser=h264,hevc \
        --enable-encoder=rawvideo,wrapped_avframe,pcm_s16le --enable-muxer=framemd5,framecrc,null --enable-protocol=file,pipe \
        --enable-demuxer=h264,hevc,mov,matroska,mpegts,mpegps,flv,avi,mxf \
        --enable-bsf=h264_mp4toannexb,hevc_mp4toannexb,extract_extradata "$@"
    sed -i 's/^#define HAVE_SYSCTL 1$/#define HAVE_SYSCTL 0/' config.h
}

# Runs a command that makes the folder $work/$1, unless it was made of the same.
once() {
    local name=$1 tree=$work/$1 sum
    shift
    sum=$({ echo "$FFMPEG_SHA256 $name"; declare -f configured "$1"; cat "$here"/patches/*; } | sha256sum)
    [[ $(cat "$tree/built" 2>/dev/null) != "$sum" ]] || return 0
    say "building $name (minutes)"
    rm -rf "$tree"
    mkdir "$tree"
    log=$tree.log
    "$@" "$tree" >"$log" 2>&1
    log=
    echo "$sum" >"$tree/built"
}

unpacked() { tar -xf "$(bash "$here/fetch.sh" ffmpeg)" -C "$1" --strip-components 1; }

without_patches() (
    unpacked "$1"
    cd "$1"
    configured --cc=target-cc --ar=target-ar --ranlib=target-ranlib --enable-shared --enable-ffprobe \
        --enable-filter=null,anull,copy,trim,atrim,format,scale,aresample
    made
)

libraries="libavformat/libavformat.a libavcodec/libavcodec.a libavutil/libavutil.a -lm -pthread"

made() {
    make -j"$jobs" ffmpeg ffprobe
    make install-libs DESTDIR="$PWD/installed"
    target-cc -O2 -I. "$here/proof/decode.c" $libraries -o decode
}

# A copy of the one without, in which only what a patch touches is compiled again.
with_patches() (
    local patch tree=${*: -1}
    cp -a "$work/without/." "$tree"
    cd "$tree"
    rm -r installed built decode
    for patch in "${@:1:$#-1}"; do patch --force --fuzz=0 -p0 <"$here/patches/$patch"; done
    made
)

sanitized() (
    local patch
    unpacked "$1"
    cd "$1"
    for patch in $patches; do patch --force --fuzz=0 -p0 <"$here/patches/$patch"; done
    configured --toolchain=gcc-asan --disable-swscale --extra-cflags=-march=x86-64-v3
    make -j"$jobs" libavutil/libavutil.a libavcodec/libavcodec.a libavformat/libavformat.a
    gcc -fsanitize=address -O1 -I. "$here/proof/decode.c" $libraries -o decode
)

step_build() {
    once without without_patches
    once with with_patches $patches
}

# FFmpeg's own tests of the replaced functions, then one of what they leave out.
step_checkasm() {
    local test
    cd "$work/with"
    log=$work/checkasm.log
    make -j"$jobs" tests/checkasm/checkasm >"$log" 2>&1
    for test in hevc_idct hevc_pel; do
        tests/checkasm/checkasm --test=$test >"$log" 2>&1
        echo "$test: $(tail -n 1 "$log")"
    done
    log=
    target-cc -O2 -I. -DHAVE_AV_CONFIG_H "$here/proof/dsp.c" $libraries -o "$work/dsp"
    "$work/dsp"
}

# The tests of FFmpeg's suite whose files are in the folder FATE_SUITE.
step_fate() {
    local name file
    [[ -n ${FATE_SUITE:-} ]] || { say "FATE_SUITE is not given: FFmpeg's suite is left out"; return; }
    cd "$work/with"
    make fate-list SAMPLES="$FATE_SUITE" | grep -E '^fate-(h264|hevc)-' | while read -r name; do
        file=$(grep -hE "^$name:.*CMD = frame" tests/fate/{h264,hevc}.mak | grep -o 'TARGET_SAMPLES)/[^ ]*' | cut -d/ -f2-) ||
            file=hevc-conformance/${name#fate-hevc-conformance-}.bit
        [[ ! -e $FATE_SUITE/$file ]] || echo "$name"
    done >"$work/fate.names"
    [[ -s $work/fate.names ]] || { say "no file of FFmpeg's suite in $FATE_SUITE"; return 1; }
    log=$work/fate.log
    LD_LIBRARY_PATH=$work/with/installed/lib make -k -j"$jobs" $(cat "$work/fate.names") SAMPLES="$FATE_SUITE" >"$log" 2>&1
    echo "fate: $(grep -c '^TEST' "$log") of FFmpeg's tests pass"
    log=
}

streams() { python3 "$here/proof/streams.py" "$@"; }
# The streams that are made here, the project's own videos, and the caller's streams (above all conformance streams).
folders="$work/streams $repository/tests/media ${FATE_SUITE:-} ${STREAMS:-}"

step_streams() {
    bash "$repository/local/install-packages.sh" ffmpeg
    streams make "$work/streams"
    streams compare "$work/without" "$work/with" $folders
}

step_damage() { streams damage "$work/without" "$work/with" "${COPIES:-5}" $folders; }

# Damaged streams again with AddressSanitizer, which ends the program with a code of its own at an error.
step_sanitize() {
    once sanitized sanitized
    ASAN_OPTIONS=detect_leaks=0:exitcode=99 streams damage "$work/without" "$work/sanitized" "${COPIES:-5}" $folders
}

# Each patch alone, with the bench's inputs and its command.
step_gain() {
    local patch
    for patch in $patches; do once "${patch%.patch}" with_patches "$patch"; done
    cargo build --quiet --locked --release --package framezip-frames --example extract
    python3 "$here/proof/gain.py" "$work" "${CARGO_TARGET_DIR:-$repository/target}/release/examples/extract" \
        "${RUNS:-7}" without ${patches//.patch/} with
}

for step in build ${STEPS:-checkasm fate streams damage sanitize gain}; do
    step_"$step"
done
