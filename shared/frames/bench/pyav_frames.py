"""A contender of the benchmark: a careful script with PyAV. It seeks to the keyframe of a target,
unless it already decodes that GOP, decodes to the frame on screen, and writes it as JPEG.

`pyav_frames.py INPUT FOLDER STEP THREADS QSCALE`
"""

import bisect
import fractions
import pathlib
import sys

import av


class Reader:
    """Finds the frames of one video by time."""

    def __init__(self, path, threads):
        self.container = av.open(path)
        self.stream = self.container.streams.video[0]
        self.stream.codec_context.thread_type = "AUTO"
        self.stream.codec_context.thread_count = threads
        # Some demuxers read the index only at the first seek.
        self.container.seek(0, stream=self.stream)
        entries = self.stream.index_entries
        self.keyframes = sorted(entry.timestamp for entry in entries if entry.is_keyframe)
        self.frames = self.shown = self.following = None

    def seek(self, timestamp):
        self.container.seek(timestamp, stream=self.stream)
        self.frames = self.container.decode(self.stream)
        self.shown = self.following = None

    def needs_seek(self, timestamp):
        """Whether a keyframe lies between the current frame and `timestamp`."""
        at = bisect.bisect_right(self.keyframes, timestamp)
        current = self.following or self.shown
        return current is None or (at > 0 and self.keyframes[at - 1] > current.pts)

    def on_screen(self, timestamp):
        if self.needs_seek(timestamp):
            self.seek(timestamp)
        earlier = timestamp
        while not self.advance(timestamp):
            # The index has decode times, so the keyframe that was found may be shown later.
            earlier -= round(1 / self.stream.time_base)
            self.seek(earlier)
        return self.shown

    def advance(self, timestamp):
        """Decodes until the frame at `timestamp` is shown. False if the first frame is later."""
        while True:
            if self.following is None:
                self.following = next(self.frames, None)
            frame = self.following
            if frame is None or frame.pts > timestamp:
                return self.shown is not None
            self.shown, self.following = frame, None
            if frame.duration and frame.pts + frame.duration > timestamp:
                return True


class JpegWriter:
    def __init__(self, folder, qscale):
        self.folder, self.qscale, self.encoder, self.count = folder, qscale, None, 0

    def write(self, frame):
        picture = frame.reformat(format="yuvj420p")
        if self.encoder is None:
            self.encoder = av.CodecContext.create("mjpeg", "w")
            self.encoder.width, self.encoder.height = picture.width, picture.height
            self.encoder.pix_fmt = "yuvj420p"
            self.encoder.time_base = fractions.Fraction(1, 1000)
            self.encoder.qmin = self.encoder.qmax = self.qscale
        self.count += 1
        picture.pts, picture.time_base = self.count, self.encoder.time_base
        data = b"".join(bytes(packet) for packet in self.encoder.encode(picture))
        (self.folder / f"{self.count:06}.jpg").write_bytes(data)


def main(path, folder, step, threads, qscale):
    reader = Reader(path, int(threads))
    writer = JpegWriter(pathlib.Path(folder), int(qscale))
    stream, start = reader.stream, reader.stream.start_time or 0
    if stream.duration:
        length = stream.duration * stream.time_base
    else:
        length = fractions.Fraction(reader.container.duration, 1_000_000)
    time = fractions.Fraction(0)
    while time < length:
        writer.write(reader.on_screen(start + int(time / stream.time_base)))
        time += fractions.Fraction(step)


if __name__ == "__main__":
    main(*sys.argv[1:])
