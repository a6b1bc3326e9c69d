"""Reads an OpenMetrics text from the standard input with Prometheus's own parser and prints its samples as
JSON: [{"name": …, "labels": {…}, "value": …}, …]. Fails if the parser does."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

samples = [
    {"name": sample.name, "labels": sample.labels, "value": sample.value}
    for family in text_string_to_metric_families(sys.stdin.read())
    for sample in family.samples
]
json.dump(samples, sys.stdout)
