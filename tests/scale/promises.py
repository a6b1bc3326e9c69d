"""The bars for long videos, against what was measured."""

from cases import SEGMENT_SECONDS

MEGABYTE = 1_000_000


def promises(runs):
    """Returns for each bar: what it is about, the bar, the value, and whether it passes."""
    spread, alone = runs["fan-out"], runs["alone"]
    peak = max(max(run.peaks) for run in runs.values()) / MEGABYTE
    longest = max(spread.invocations)
    most = 2 * SEGMENT_SECONDS
    cpu, moved = spread.cpu / alone.cpu, spread.moved / spread.zip
    read = runs["sparse"].read / runs["sparse"].file
    return [
        ("peak of any worker, every case", "≤ 256 MB", f"{peak:.0f} MB", peak <= 256),
        ("10 minutes every 20 s: read ÷ file", "≤ 15 %", f"{read:.1%}", read <= 0.15),
        (
            "2 hours in segments: longest invocation",
            f"≤ 2 × {SEGMENT_SECONDS} s",
            f"{longest:.1f} s",
            longest <= most,
        ),
        ("2 hours: CPU in segments ÷ CPU alone", "≤ 1.15", f"{cpu:.2f}", cpu <= 1.15),
        ("2 hours: moved to assemble ÷ zip", "≤ 1 %", f"{moved:.2%}", moved <= 0.01),
        (
            "2 hours: the same zip, in segments and alone",
            "the same",
            "the same" if spread.sha256 == alone.sha256 else "different",
            spread.sha256 == alone.sha256,
        ),
    ]
