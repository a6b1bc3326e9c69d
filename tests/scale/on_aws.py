"""The text of the second half of docs/SCALE.md: what it takes on AWS."""

import prices
from aws import KEPT_DAYS, ROUNDS_AN_HOUR, SHARE, SMALL_CALLS, Video, quotas, rounds_cost
from cases import SEGMENT_SECONDS
from report import table

HOURLY = 10_000


def text(runs):
    film, clip = Video(runs["fan-out"]), Video(runs["clip"])
    paragraphs = [
        "## What it takes on AWS",
        assumptions(),
        "### One video",
        "N, S, P, R, F, U and Z as measured or calculated for the 2 hours with a frame every second "
        "(`fan-out`), and for the 5 minutes with a frame every 5 s (`clip`):",
        facts_table(film, clip),
        film_text(film),
        costs_table(film, clip),
        costs_text(film, clip),
        f"### {HOURLY:,} videos an hour",
        "All of them are like `clip`: 5 minutes of 1080p H.264 with a frame every 5 s. They come "
        "evenly over the hour.",
        hourly_table(clip),
        "The quotas, in the order in which they bind, and the number of such videos an hour from "
        "which on they do:",
        quotas_table(clip),
        quotas_text(clip),
    ]
    return "\n\n".join(paragraphs)


def assumptions():
    return (
        "This is calculated, not measured. The assumptions: a processor of Lambda (arm64, 1769 MB) is "
        "as fast as one here. A worker is never idle, so an invocation lasts as long as the CPU "
        "time that it took here. The other functions take 50 ms with 256 MB. The client is `framezip "
        "upload`. Nothing gets lost, so `reconcile` finds a video only once, three days before it expires. "
        "The zip is downloaded once. An item of the table has less than 2 KiB, one of its indexes less "
        "than 1 KiB, and the owner has few other videos. The list prices in us-east-1 at the time of "
        "writing, which you should check: Lambda 0.0000133334 USD per GB-second on arm64 and 0.20 per million "
        "requests; HTTP API 1.00 per million; S3 PUT, COPY, POST 0.005 and GET 0.0004 per 1,000, "
        "storage 0.023 per GiB-month, transfer out 0.09 per GiB; SQS 0.40 per million; DynamoDB on "
        "demand 0.625 per million write units and 0.125 per million read units; SES 0.10 per 1,000 "
        "mails. Not included: logs, point-in-time backups, Cognito, alarms, empty polls of the "
        "queues, free tiers, webhooks (an event takes one invocation of `deliver`, 3 SQS requests and 10 "
        f"write units) and the rounds of `reconcile`: {ROUNDS_AN_HOUR * 24} a day, {rounds_cost():.2f} USD a month."
    )


def facts_table(film, clip):
    def row(what, value):
        return [what, value(film), value(clip)]

    rows = [
        row("S: seconds of `extract`, the CPU time here", lambda video: f"{video.seconds:.0f}"),
        row("N: its invocations, 1, and if S > 75: + ⌈(S − 6) / 45⌉", lambda video: video.workers),
        row("most of them at once", lambda video: max(1, video.segments)),
        row("from the end of the upload to ready, s", lambda video: f"{video.wait:.0f}"),
        row("P: the client's looks meanwhile", lambda video: video.polls),
        row("R: bytes read, MB", lambda video: f"{video.run.read / 1e6:.0f}"),
        row("F: the file, MB", lambda video: f"{video.run.file / 1e6:.0f}"),
        row("U: requests of its upload, above 64 MiB ⌈F / 16 MiB⌉ + 3", lambda video: video.upload_requests),
        row("Z: the zip, MB", lambda video: f"{video.run.zip / 1e6:.0f}"),
    ]
    return table(["", "2 hours", "5 minutes"], rows)


def film_text(film):
    rounds = -(-film.segments // 5)
    first, joining = film.run.invocations[0], film.run.joining
    share = SHARE * SEGMENT_SECONDS
    return (
        f"The 2 hours: the first worker measures its throughput for {first:.0f} s, segments should "
        f"take {share:.0f} s, and the assembly took {joining:.1f} s here, together "
        f"{film.wait:.0f} s. This holds if all {film.segments} segments are extracted at once. "
        "Lambda begins with 5 messages of a queue at once and adds up to 300 a minute. On a queue "
        f"that was idle before, it takes up to {film.wait_in_rounds(rounds):.0f} s ({rounds} rounds "
        f"of 5). {prices.EXTRACT_CONCURRENCY * 3600 / film.seconds:.0f} such films an hour, with a "
        "frame every second, keep an `ExtractConcurrency` of "
        f"{prices.EXTRACT_CONCURRENCY} busy."
    )


def costs_table(film, clip):
    rows = []
    for ours, theirs in zip(film.costs(), clip.costs()):
        pairs = [cell for cost in (ours, theirs) for cell in (amount(cost), dollars(cost.dollars))]
        rows.append([ours.what, ours.formula, *pairs])
    totals = [sum(cost.dollars for cost in video.costs()) for video in (film, clip)]
    rows.append(["all", "", "", dollars(totals[0]), "", dollars(totals[1])])
    return table(["what", "how many", "2 hours", "USD", "5 minutes", "USD"], rows, texts=2)


def amount(cost):
    return f"{cost.count:,.3g}" if cost.count < 100 else f"{cost.count:,.0f}"


def dollars(amount):
    return f"{amount:.6f}" if amount < 0.01 else f"{amount:.4f}"


def costs_text(film, clip):
    def main_costs(video):
        compute, stored, sent = (video.costs()[at].dollars for at in (0, -2, -1))
        return compute, stored, sent

    compute, stored, sent = main_costs(film)
    small = main_costs(clip)
    return (
        "Extraction costs less than storage and transfer. For the 2 hours it costs "
        f"{compute:.4f} USD, storage {stored:.4f} ({KEPT_DAYS} days) and one "
        f"download {sent:.4f}. For the 5 minutes these are {small[0]:.6f}, {small[1]:.6f} and "
        f"{small[2]:.6f}."
    )


def hourly_table(clip):
    costs = clip.costs()
    processing, kept = costs[:-2], costs[-2]
    each = sum(cost.dollars for cost in processing)
    hour, month = HOURLY, HOURLY * prices.HOURS_IN_MONTH
    calls = clip.workers + SMALL_CALLS + clip.polls
    kept_bytes = HOURLY * 24 * KEPT_DAYS * (clip.run.file + clip.run.zip)
    extracting = HOURLY * clip.seconds
    rows = [
        ["invocations of `extract`", "10,000 × N", f"{hour * clip.workers:,}"],
        ["all invocations", f"10,000 × (N + {SMALL_CALLS} + P)", f"{hour * calls:,}"],
        ["seconds of `extract`", "10,000 × S", f"{extracting:,.0f}"],
        ["`extract` at once, on average", "10,000 × S / 3,600", f"{extracting / 3600:.0f}"],
        ["USD an hour for `extract`", "", f"{hour * costs[0].dollars:.2f}"],
        ["USD an hour, all but storage and transfer", "", f"{hour * each:.2f}"],
        ["the same for a month of 730 h, USD", "", f"{month * each:,.0f}"],
        ["stored in the long run, TB", f"{KEPT_DAYS} days", f"{kept_bytes / 1e12:,.0f}"],
        ["USD a month for that", "", f"{month * kept.dollars:,.0f}"],
        ["USD a month for one download of each", "", f"{month * costs[-1].dollars:,.0f}"],
    ]
    return table(["", "how many", ""], rows, texts=2)


def quotas_table(clip):
    rows = [
        [what, f"{quota:,}", f"{each:.3g}", f"{hourly:,.0f}"]
        for what, quota, each, hourly in quotas(clip)
    ]
    return table(["quota", "size", "a video takes", "videos an hour"], rows)


def quotas_text(clip):
    (first, _, _, at), (second, _, _, then) = quotas(clip)[:2]
    needed = HOURLY * clip.seconds / 3600
    return (
        f"The first to bind is “{first}”, from {at:,.0f} videos an hour on, and the next is "
        f"“{second}”, from {then:,.0f} on. {mails()} `ExtractConcurrency`, by default 5, can be "
        f"raised up to the account's quota. {HOURLY:,} videos an hour need {needed:.0f} of it. If "
        "it binds, jobs wait in the queue. A video that waits for 3 days fails. A new account may "
        "have a Lambda quota below 1,000; ask AWS for more."
    )


def mails():
    hours = prices.MAILS_A_DAY / HOURLY
    return (
        f"At {HOURLY:,} videos an hour a day's mails are used up after {hours:g} hours. Then mails "
        "are late, but zips are not: SES refuses, outcomes come again, and after 10 receives they "
        "are in `outcomes-dlq`. The reconciler sends them again for 3 days. The videos are `ready` all the "
        "same. Ask AWS for more, or keep the "
        f"day's average below {prices.MAILS_A_DAY / 24:,.0f} an hour. In the sandbox the quota is "
        "200 a day."
    )
