#!/usr/bin/env python3
"""Decodes H.264 and HEVC with two builds of FFmpeg and compares every frame.

    streams.py make FOLDER                        encodes the streams that are missing in FOLDER
    streams.py compare BUILD BUILD FOLDER...      intact streams, with 1 and 4 threads
    streams.py damage BUILD BUILD COUNT FOLDER... COUNT damaged copies of each, with 1 thread

BUILD is a folder with FFmpeg's program `ffmpeg` and with `decode`, made of decode.c. A difference in
output or in exit code fails.
"""

import concurrent.futures
import itertools
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import zlib

# The pictures: noise, a slow zoom, a fade in and out, and sharp edges.
NOISE = "testsrc2=s={size}:r=25,noise=alls=20:allf=t"
ZOOM = "mandelbrot=s={size}:r=25:end_pts=60:end_scale=0.1"
FADE = "mandelbrot=s={size}:r=25,noise=alls=4:allf=t,fade=in:0:12,fade=out:15:12"
CELLS = "life=s={size}:r=25:mold=10:ratio=0.3:death_color=#C83232:life_color=#00ff00,scale={size}"

# Name, picture, size, pixel format, encoder's parameters.
H264 = [
    *[(f"preset-{p}", NOISE, "352x288", "yuv420p", f"preset={p}") for p in
      ("ultrafast", "superfast", "veryfast", "faster", "medium", "slow", "veryslow", "placebo")],
    *[(f"{n}-{f}", ZOOM, "320x176", f, f"preset=medium:{o}") for f in
      ("gray", "yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le", "gray10le")
      for n, o in (("cabac", "cabac=1"), ("cavlc", "cabac=0"))],
    *[(f"{n}-{c}", FADE, "320x192", "yuv420p", f"preset=slow:cabac={c}:{o}") for c in (0, 1) for n, o in (
        ("tff", "interlaced=1:tff=1"), ("bff", "interlaced=1:bff=1"), ("fake", "fake-interlaced=1"),
        ("weights", "weightp=2:weightb=1:bframes=4"), ("weights1", "weightp=1:weightb=1"),
        ("tff-weights", "interlaced=1:tff=1:weightp=1"), ("spatial", "direct=spatial:bframes=8"),
        ("temporal", "direct=temporal:bframes=8"), ("tff-temporal", "interlaced=1:tff=1:direct=temporal"),
        ("refs", "ref=16:bframes=3:b-pyramid=normal"), ("strict", "b-pyramid=strict:bframes=7"),
        ("slices", "slices=6"), ("slice-size", "slice-max-size=180"), ("tff-slices", "interlaced=1:slices=4"),
        ("refresh", "intra-refresh=1:keyint=10:bframes=0"), ("open", "open-gop=1:keyint=10"),
        ("constrained", "constrained-intra=1"), ("no8x8", "8x8dct=0:partitions=all"),
        ("matrix", "cqm=jvt"), ("no-deblock", "no-deblock=1"), ("deblock", "deblock=6,6"),
        ("intra", "keyint=1"), ("stitch", "stitchable=1"), ("bluray", "bluray-compat=1"))],
    *[(f"lossless-{f}", FADE, "176x144", f, "preset=medium:qp=0") for f in
      ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv444p10le")],
    *[(f"lossless-tff-{f}", FADE, "176x144", f, "preset=medium:qp=0:interlaced=1") for f in ("yuv420p", "yuv444p")],
    *[(f"qp-{q}-{f}", NOISE, "176x144", f, f"preset=fast:qp={q}:aq-mode=0") for q in (1, 8, 20, 36, 51)
      for f in ("yuv420p", "yuv444p10le")],
    *[(f"size-{s}-{f}", NOISE, s, f, "preset=slow") for s, f in (
        ("16x16", "yuv420p"), ("2x2", "yuv420p"), ("18x34", "yuv420p"), ("66x130", "yuv422p"), ("33x17", "yuv444p"),
        ("638x14", "yuv420p"), ("14x638", "yuv420p"), ("1920x1080", "yuv420p"))],
    ("cells", CELLS, "320x240", "yuv420p", "preset=slow"),
    ("cells-crisp", CELLS, "320x240", "yuv444p", "preset=slow:qp=10"),
]
HEVC = [
    *[(f"preset-{p}", NOISE, "352x288", "yuv420p", f"preset={p}") for p in
      ("ultrafast", "superfast", "veryfast", "faster", "medium", "slow", "veryslow")],
    *[(f"format-{f}", ZOOM, "320x176", f, "preset=medium") for f in
      ("gray", "yuv420p", "yuv422p", "yuv444p", "gray10le", "yuv420p10le", "yuv422p10le", "yuv444p10le",
       "gray12le", "yuv420p12le", "yuv422p12le", "yuv444p12le")],
    *[(f"{n}-{f}", FADE, "320x192", f, f"preset=medium:{o}") for f in ("yuv420p", "yuv420p10le") for n, o in (
        ("ctu16", "ctu=16:max-tu-size=16"), ("ctu32", "ctu=32"), ("ctu64", "ctu=64:max-tu-size=32"),
        ("cu16", "min-cu-size=16"), ("cu32", "min-cu-size=32"), ("tu4", "ctu=16:max-tu-size=4"),
        ("tu-depth", "tu-intra-depth=4:tu-inter-depth=4"), ("parts", "rect=1:amp=1:limit-modes=0"),
        ("no-wpp", "wpp=0"), ("wpp", "wpp=1"), ("slices", "slices=3"), ("skip", "tskip=1"),
        ("lossless", "lossless=1"), ("cu-lossless", "cu-lossless=1"), ("refresh", "intra-refresh=1:keyint=12"),
        ("weights", "weightp=1:weightb=1"), ("refs", "ref=6:bframes=8:b-pyramid=1"), ("no-sao", "no-sao=1"),
        ("no-deblock", "no-deblock=1"), ("deblock", "deblock=6,6"), ("constrained", "constrained-intra=1"),
        ("matrix", "scaling-list=default"), ("field", "interlace=tff"), ("no-hiding", "no-signhide=1"),
        ("qg", "qg-size=8:aq-mode=3"), ("no-tmvp", "no-temporal-mvp=1"), ("intra", "keyint=1"),
        ("open", "open-gop=1:keyint=10"), ("chroma", "cbqpoffs=6:crqpoffs=-6"), ("merge", "max-merge=1"))],
    *[(f"qp-{q}-{f}", NOISE, "192x128", f, f"preset=fast:qp={q}:aq-mode=0") for q in (0, 4, 12, 24, 37, 51)
      for f in ("yuv420p", "yuv422p10le", "yuv444p")],
    *[(f"size-{s}-{f}", NOISE, s, f, "preset=slow") for s, f in (
        ("64x64", "yuv420p"), ("34x66", "yuv420p"), ("66x34", "yuv422p"), ("33x65", "yuv444p"),
        ("638x34", "yuv420p"), ("34x638", "yuv420p"), ("1920x1080", "yuv420p"), ("1920x1080", "yuv420p10le"))],
    ("cells", CELLS, "320x240", "yuv420p", "preset=slow:rect=1:amp=1"),
    ("cells-crisp", CELLS, "320x240", "yuv444p", "preset=slow:qp=8"),
]


def encode(job):
    codec, path, picture, size, pixels, parameters = job
    frames = "4" if size == "1920x1080" else "30"
    preset, *rest = parameters.split(":")
    rest += ["threads=1"] if codec == "x264" else ["log-level=error", "pools=1", "frame-threads=1"]
    partial = path.with_suffix(".partial")
    command = [
        "ffmpeg", "-v", "error", "-nostdin", "-y",
        "-f", "lavfi", "-i", picture.format(size=size), "-frames:v", frames, "-vf", f"scale={size.replace('x', ':')}",
        "-pix_fmt", pixels, "-c:v", f"lib{codec}", "-preset", preset.removeprefix("preset="),
        f"-{codec}-params", ":".join(rest), "-f", "matroska", str(partial),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return f"{path.name}: cannot be encoded here: {done.stderr.strip().splitlines()[0]}"
    partial.rename(path)


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for codec, recipes in (("x264", H264), ("x265", HEVC)):
        for name, *recipe in recipes:
            path = folder / f"{codec}-{name}.mkv"
            if not path.exists():
                jobs.append((codec, path, *recipe))
    refused = [line for line in pool(encode, jobs) if line]
    print("\n".join(refused + [f"{len(list(folder.glob('x26*.mkv')))} streams in {folder}"]))


def decoded(build, path, threads):
    """The checksums of all frames, and how ffmpeg ended."""
    command = [
        str(build / "ffmpeg"), "-v", "quiet", "-nostdin", "-threads", str(threads), "-i", str(path),
        "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-",
    ]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(build / "installed" / "lib")}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=300)
    frames = [line for line in done.stdout.splitlines() if not line.startswith(b"#")]
    return done.returncode, frames


def alone(build, path):
    """As `decoded`, by `decode`, whose output depends on the file only."""
    done = subprocess.run([str(build / "decode"), str(path)], capture_output=True, timeout=300)
    return done.returncode, done.stdout.splitlines()


def files(folders):
    found = (path for folder in folders for path in sorted(pathlib.Path(folder).rglob("*")))
    return [path for path in found if path.is_file() and path.suffix != ".partial"]


def pool(work, jobs):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as executor:
        return list(executor.map(work, jobs))


def compare(one, other, folders):
    def check(path):
        frames = 0
        for threads in (1, 4):
            results = [decoded(build, path, threads) for build in (one, other)]
            if results[0] != results[1]:
                again = [decoded(one, path, threads) for _ in range(6)]
                if all(result == results[0] for result in again):
                    return path, threads, None
                print(f"{path}: {one.name} itself varies with {threads} threads")
            frames = max(frames, len(results[0][1]))
        return path, 0, frames

    results = pool(check, files(folders))
    differ = [(path, threads) for path, threads, frames in results if frames is None]
    counts = [frames for *_, frames in results if frames]
    for path, threads in differ:
        print(f"{path}: not the same with {threads} threads")
    print(f"intact: {len(counts)} streams, {sum(counts)} frames, {len(differ)} streams differ")
    return not differ


def damaged(data, how, draw):
    """A copy with one kind of damage; the first bytes, which hold the headers, stay."""
    copy = bytearray(data)
    start = min(len(copy) // 8, 2000)
    if how == "cut":
        del copy[draw.randrange(start, len(copy)):]
    elif how == "bits":
        for _ in range(draw.choice((1, 3, 20, 100))):
            copy[draw.randrange(start, len(copy))] ^= 1 << draw.randrange(8)
    elif how == "zeros":
        at = draw.randrange(start, len(copy))
        length = min(draw.choice((4, 64, 600)), len(copy) - at)
        copy[at:at + length] = bytes(length)
    elif how == "noise":
        at = draw.randrange(start, len(copy))
        length = min(draw.choice((16, 300, 2000)), len(copy) - at)
        copy[at:at + length] = draw.randbytes(length)
    else:  # some bytes again, elsewhere
        at, to = draw.randrange(start, len(copy)), draw.randrange(start, len(copy))
        copy[to:to] = copy[at:at + draw.choice((50, 1000, 8000))]
    return bytes(copy)


def damage(one, other, count, folders):
    streams = [path for path in files(folders) if path.stat().st_size < 3_000_000]
    kinds = ("bits", "cut", "noise", "zeros", "again")

    def check(job):
        path, number = job
        draw = random.Random(zlib.crc32(f"{path.name} {number}".encode()))
        how = kinds[number % len(kinds)]
        with tempfile.NamedTemporaryFile(suffix=path.suffix) as copy:
            copy.write(damaged(path.read_bytes(), how, draw))
            copy.flush()
            results = [alone(build, copy.name) for build in (one, other)]
        same = results[0] == results[1]
        return None if same else f"{path} {number}: {how}: {results[0][0]} and {results[1][0]}", len(results[0][1])

    results = pool(check, itertools.product(streams, range(count)))
    differ = [line for line, _ in results if line]
    print("\n".join(differ))
    print(f"damaged: {len(results)} files of {len(streams)}, {sum(n for _, n in results)} frames, "
          f"{len(differ)} differ")
    return not differ


def main():
    task, *words = sys.argv[1:]
    if task == "make":
        return make(pathlib.Path(words[0]))
    one, other, *words = words
    builds = pathlib.Path(one), pathlib.Path(other)
    if task == "compare":
        sys.exit(not compare(*builds, words))
    sys.exit(not damage(*builds, int(words[0]), words[1:]))


if __name__ == "__main__":
    main()
