"""The needs of a video on AWS, calculated from the figures measured here and from how the code works."""

import dataclasses
import math

import prices
from cases import SEGMENT_SECONDS

MIB = 2**20
MEMORY_GB = 1769 / 1024
SMALL_MEMORY_GB = 256 / 1024
# An assumption about api, enqueue and notify, which make a few requests each.
SMALL_SECONDS = 0.05
ZIP_PART = 8 * MIB
# A length between the shortest range that is read at once and the longest.
READ_AT_ONCE = 2 * MIB
# The table's items have less than 2 KiB.
UNITS_A_WRITE = 2
# A worker hides its message for twice the budget, again after a third of that.
HIDDEN_AGAIN = 2 * SEGMENT_SECONDS / 3
# throughput.rs: measured for a tenth, segments of three quarters, one worker up to five quarters.
MEASURED, SHARE, TOLERANCE = 0.1, 0.75, 1.25


@dataclasses.dataclass(frozen=True)
class Cost:
    """A `count` of something at a `price` each. `formula` says how the count was calculated."""

    what: str
    formula: str
    count: float
    price: float

    @property
    def dollars(self):
        return self.count * self.price


class Video:
    """A video like the measured one, on workers with one processor each."""

    def __init__(self, run):
        self.run = run
        self.seconds = run.cpu
        first = MEASURED * SEGMENT_SECONDS
        alone = self.seconds <= TOLERANCE * SEGMENT_SECONDS
        rest = 0 if alone else math.ceil((self.seconds - first) / (SHARE * SEGMENT_SECONDS))
        self.workers = 1 + rest
        self.segments = rest

    @property
    def wait(self):
        """Returns the seconds until it is ready, if all segments are extracted at once."""
        return self.seconds if not self.segments else self.wait_in_rounds(1)

    def wait_in_rounds(self, rounds):
        return self.run.invocations[0] + rounds * SHARE * SEGMENT_SECONDS + self.run.joining

    @property
    def polls(self):
        """Returns how often the client asks until it is ready: after 0.3 s, then less and less often."""
        asked, pause, time = 1, 0.3, 0.0
        while time < self.wait:
            time += pause
            pause = min(2.0, 1.3 * pause)
            asked += 1
        return asked

    @property
    def puts(self):
        size = self.run.zip / self.workers
        sent = self.workers * (1 if size < ZIP_PART else math.ceil(size / ZIP_PART) + 2)
        # The facts of each segment, the start; the assembly: begin, copies, tail, complete.
        joined = self.workers + 1 + self.workers + 3 if self.segments else 0
        # The upload, and the poster.
        return 2 + sent + joined

    @property
    def gets(self):
        # The start for each segment, the facts of each segment, the poster, the first segment's length
        # and one of its headers.
        joined = self.segments + self.workers + 3 if self.segments else 0
        return math.ceil(self.run.read / READ_AT_ONCE) + joined + 1

    @property
    def messages(self):
        hidden = 1 + math.floor(self.seconds / self.workers / HIDDEN_AGAIN)
        return self.workers * (3 + hidden) + 3

    @property
    def writes(self):
        progress = math.ceil(self.seconds / 2)
        split = 3 + 2 * self.segments + self.workers if self.segments else 0
        # In addition to the steps: the counters, when it is created, queued, ready and mailed.
        return UNITS_A_WRITE * (10 + progress + split)

    def costs(self):
        small = 3 + self.polls
        per_gb, run = prices.GB_SECOND, self.run
        zip_days = 62 if self.segments else 60
        stored = (14 * run.file + zip_days * run.zip) / prices.DAYS_IN_MONTH
        return [
            Cost("Lambda, GB-s of extract", "S × 1769 / 1024", self.seconds * MEMORY_GB, per_gb),
            Cost(
                "Lambda, GB-s of the others",
                "(3 + P) × 0.05 × 256 / 1024",
                small * SMALL_SECONDS * SMALL_MEMORY_GB,
                per_gb,
            ),
            Cost("Lambda, invocations", "N + 3 + P", self.workers + small, prices.LAMBDA_REQUEST),
            Cost("API Gateway, requests", "1 + P", 1 + self.polls, prices.API_REQUEST),
            Cost(
                "S3 PUT, COPY, POST",
                "2 + N × (⌈Z / N / 8 MiB⌉ + 2), and if N > 1: 2 N + 4",
                self.puts,
                prices.S3_PUT,
            ),
            Cost("S3 GET", "⌈R / 2 MiB⌉ + 1, and if N > 1: 2 N + 2", self.gets, prices.S3_GET),
            Cost("SQS, requests", "N × (4 + ⌊S / N / 40⌋) + 3", self.messages, prices.SQS_REQUEST),
            Cost(
                "DynamoDB, write units",
                "2 × (10 + ⌈S / 2⌉), and if N > 1: 2 × (3 N + 1)",
                self.writes,
                prices.WRITE_UNIT,
            ),
            Cost("DynamoDB, read units", "1 + P", 1 + self.polls, prices.READ_UNIT),
            Cost("SES, mails", "1", 1, prices.MAIL),
            Cost(
                "S3, GiB-months",
                "(14 F + 60 Z) / 30.4, and if N > 1: + 2 Z / 30.4",
                stored / prices.GIB,
                prices.S3_MONTH * prices.GIB,
            ),
            Cost("transfer out, GiB", "Z", run.zip / prices.GIB, prices.TRANSFER_OUT * prices.GIB),
        ]


def quotas(video):
    """Returns the quotas, the one that binds first at the head: what it is, how much it is, how much a
    video takes, and the number of videos an hour from which on it is too small.
    """
    busy = video.seconds + (3 + video.polls) * SMALL_SECONDS
    rows = [
        ("SES, mails a day", prices.MAILS_A_DAY, 1, prices.MAILS_A_DAY / 24),
        row("extract at once (`ExtractConcurrency`)", prices.EXTRACT_CONCURRENCY, video.seconds),
        row("functions at once, the account's", prices.LAMBDA_CONCURRENCY, busy),
        row("API requests a second, the template's", prices.API_REQUESTS, 1 + video.polls),
        row("S3 GET a second, one user's", prices.S3_GETS, video.gets),
        row("DynamoDB write units a second, one user's", prices.WRITE_UNITS, video.writes),
    ]
    return sorted(rows, key=lambda quota: quota[3])


def row(what, quota, each):
    """Returns the row for a quota per second if a video takes `each` of it."""
    return what, quota, each, quota * 3600 / each
