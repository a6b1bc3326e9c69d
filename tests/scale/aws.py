"""The needs of a video on AWS, calculated from the figures measured here and from how the code works."""

import dataclasses
import math

import prices
from cases import SEGMENT_SECONDS

MIB = 2**20
MEMORY_GB = 1769 / 1024
SMALL_MEMORY_GB = 256 / 1024
# An assumption about api, enqueue, notify and reconcile, which make a few requests each.
SMALL_SECONDS = 0.05
# Two calls of api besides the looks: to create the video and to complete its upload. One of enqueue, and two of
# notify: the outcome, and the mail before the video expires, which is checked even if it is not wanted.
SMALL_CALLS = 2 + 1 + 2
# The template's defaults: RetentionDays for the upload and the zip, and the days of a fan-out's segments.
KEPT_DAYS, SEGMENT_DAYS = 31, 4
ROUNDS_AN_HOUR = 12
LARGEST_PUT, UPLOAD_PART, ZIP_PART = 64 * MIB, 16 * MIB, 8 * MIB
# A length between the shortest range that is read at once and the longest.
READ_AT_ONCE = 2 * MIB
# The table's items have less than 2 KiB, those of its indexes, and of a call's key, less than 1 KiB.
UNITS_A_WRITE = 2
# The transaction that creates a video, at twice the units: the record, and the key of the call.
UNITS_OF_CREATION = 2 * (UNITS_A_WRITE + 1)
# queued, processing, final, the mail (lease and end), the event handed over, settled, the check three days before
# the expiry, and its end.
STEPS = 9
# created, queued, ready, mailed
COUNTS = 4
# Units in the indexes. A change of a key takes two: one item is removed, and one is put.
BY_STATUS = 1 + 2 * 3
BY_CHECK = 1 + 2 * 5 + 1
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
    def upload_requests(self):
        """Returns the requests of the upload: one PUT, or begin, parts, list and complete."""
        file = self.run.file
        return 1 if file <= LARGEST_PUT else math.ceil(file / UPLOAD_PART) + 3

    @property
    def puts(self):
        size = self.run.zip / self.workers
        sent = self.workers * (1 if size < ZIP_PART else math.ceil(size / ZIP_PART) + 2)
        # The facts of each segment, the start; the assembly: begin, copies, tail, complete.
        joined = self.workers + 1 + self.workers + 3 if self.segments else 0
        # The poster, and the look for the upload, which is a list.
        return 2 + self.upload_requests + sent + joined

    @property
    def gets(self):
        # The start for each segment, the facts of each segment, the poster, the first segment's length
        # and one of its headers.
        joined = self.segments + self.workers + 3 if self.segments else 0
        # The download.
        return math.ceil(self.run.read / READ_AT_ONCE) + joined + 1

    @property
    def messages(self):
        hidden = 1 + math.floor(self.seconds / self.workers / HIDDEN_AGAIN)
        # A message is sent, received and deleted. In addition to the jobs: the outcome, and the mail before the expiry.
        return self.workers * (3 + hidden) + 2 * 3

    @property
    def record_writes(self):
        """Returns the write units of the items of the video's owner."""
        progress = math.ceil(self.seconds / 2)
        split = 3 + 2 * self.segments + self.workers if self.segments else 0
        return UNITS_OF_CREATION + UNITS_A_WRITE * (STEPS + progress + split)

    @property
    def check_writes(self):
        """Returns the write units of the index by-check."""
        return BY_CHECK + (2 if self.segments else 0)

    @property
    def writes(self):
        return self.record_writes + UNITS_A_WRITE * COUNTS + BY_STATUS + self.check_writes

    @property
    def reads(self):
        # The creation looks for its key and the owner's unfinished videos; completion reads twice, `enqueue` once, each
        # worker once, `notify` five times (record, webhook, preferences; record, preferences), the reconciler once.
        return 2 + 2 + 1 + 5 + 1 + self.workers + self.polls + (1 if self.segments else 0)

    def costs(self):
        small = SMALL_CALLS + self.polls
        per_gb, run = prices.GB_SECOND, self.run
        segment_days = SEGMENT_DAYS if self.segments else 0
        stored = KEPT_DAYS * run.file + (KEPT_DAYS + segment_days) * run.zip
        stored /= prices.DAYS_IN_MONTH
        return [
            Cost("Lambda, GB-s of extract", "S × 1769 / 1024", self.seconds * MEMORY_GB, per_gb),
            Cost(
                "Lambda, GB-s of the others",
                "(5 + P) × 0.05 × 256 / 1024",
                small * SMALL_SECONDS * SMALL_MEMORY_GB,
                per_gb,
            ),
            Cost("Lambda, invocations", "N + 5 + P", self.workers + small, prices.LAMBDA_REQUEST),
            Cost("API Gateway, requests", "2 + P", 2 + self.polls, prices.API_REQUEST),
            Cost(
                "S3 PUT, COPY, POST, LIST",
                "2 + U + N × (⌈Z / N / 8 MiB⌉ + 2), and if N > 1: 2 N + 4",
                self.puts,
                prices.S3_PUT,
            ),
            Cost("S3 GET", "⌈R / 2 MiB⌉ + 1, and if N > 1: 2 N + 2", self.gets, prices.S3_GET),
            Cost("SQS, requests", "N × (4 + ⌊S / N / 40⌋) + 6", self.messages, prices.SQS_REQUEST),
            Cost(
                "DynamoDB, write units",
                f"{UNITS_OF_CREATION + UNITS_A_WRITE * (STEPS + COUNTS) + BY_STATUS + BY_CHECK} "
                "+ 2 × ⌈S / 2⌉, and if N > 1: 2 × (3 N + 2)",
                self.writes,
                prices.WRITE_UNIT,
            ),
            Cost("DynamoDB, read units", "11 + N + P, and if N > 1: 1", self.reads, prices.READ_UNIT),
            Cost("SES, mails", "1", 1, prices.MAIL),
            Cost(
                "S3, GiB-months",
                f"{KEPT_DAYS} × (F + Z) / 30.4, and if N > 1: {SEGMENT_DAYS} Z / 30.4",
                stored / prices.GIB,
                prices.S3_MONTH * prices.GIB,
            ),
            Cost("transfer out, GiB", "Z", run.zip / prices.GIB, prices.TRANSFER_OUT * prices.GIB),
        ]


def quotas(video):
    """Returns the quotas, the one that binds first at the head: what it is, how much it is, how much a
    video takes, and the number of videos an hour from which on it is too small.
    """
    busy = video.seconds + (SMALL_CALLS + video.polls) * SMALL_SECONDS
    rows = [
        ("SES, mails a day", prices.MAILS_A_DAY, 1, prices.MAILS_A_DAY / 24),
        row("extract at once (`ExtractConcurrency`)", prices.EXTRACT_CONCURRENCY, video.seconds),
        row("functions at once, the account's", prices.LAMBDA_CONCURRENCY, busy),
        row("`GET /videos/{id}` a second, the template's", prices.API_REQUESTS, video.polls),
        row("S3 GET a second, one user's", prices.S3_GETS, video.gets),
        row("DynamoDB write units a second, one user's", prices.WRITE_UNITS, video.record_writes),
        row("write units a second of the index `by-check`, all users'", prices.WRITE_UNITS, video.check_writes),
    ]
    return sorted(rows, key=lambda quota: quota[3])


def rounds_cost():
    """Returns what the rounds of reconcile cost in a month if nothing is due: USD."""
    compute = SMALL_SECONDS * SMALL_MEMORY_GB * prices.GB_SECOND
    # The number of waiting jobs, the events that failed, and what is due.
    requests = prices.LAMBDA_REQUEST + 2 * prices.SQS_REQUEST + prices.READ_UNIT / 2
    return prices.HOURS_IN_MONTH * ROUNDS_AN_HOUR * (compute + requests)


def row(what, quota, each):
    """Returns the row for a quota per second if a video takes `each` of it."""
    return what, quota, each, quota * 3600 / each
