"""The measured figures and their bars."""

import dataclasses
import statistics

MILLISECOND = 1e6
MEGABYTE = 1_000_000
MOST_OWN, MOST_COLD, MOST_ZIP = 5, 30, 6
# The number of started processes, and of the requests to another one before and during its measurement.
PROCESSES, UNMEASURED, REQUESTS = 20, 20, 500


@dataclasses.dataclass(frozen=True)
class Request:
    """The duration of a request and of its DynamoDB call, in nanoseconds."""

    whole: int
    call: int

    @property
    def own(self):
        return self.whole - self.call


@dataclasses.dataclass(frozen=True)
class Figures:
    # The nanoseconds from each process's start to its first poll.
    cold: list
    # The first request of each of those processes, and the requests of a warm one.
    first: list
    warm: list
    # The bytes of each function's zip.
    sizes: dict

    def bars(self):
        """Returns for each bar: what it is about, the bar, the value as text, and whether it passes."""
        own = statistics.median(request.own for request in self.warm) / MILLISECOND
        cold = statistics.median(self.cold) / MILLISECOND
        size = self.sizes["api"] / MEGABYTE
        return [
            (
                "`GET /videos/{id}`, warm: the function's own time",
                f"≤ {MOST_OWN} ms at the median",
                f"{own:.2f} ms",
                own <= MOST_OWN,
            ),
            (
                "cold start: from the process's start to its first poll",
                f"≤ {MOST_COLD} ms",
                f"{cold:.1f} ms at the median",
                cold <= MOST_COLD,
            ),
            ("the zip of `api`", f"≤ {MOST_ZIP} MB", f"{size:.2f} MB", size <= MOST_ZIP),
        ]


def spread(nanoseconds):
    """Returns median, 95th percentile, least and most in milliseconds."""
    at_95 = statistics.quantiles(nanoseconds, n=20, method="inclusive")[-1]
    middle = statistics.median(nanoseconds)
    return [value / MILLISECOND for value in (middle, at_95, min(nanoseconds), max(nanoseconds))]
