"""Runs another program with the settings of the local stack's functions in its environment:
with_settings.py PROGRAM [ARGUMENT ...]

`cargo lambda watch --env-file` would need a file: its quoting cannot represent every value, and secrets
would be stored on disk.
"""

import os
import sys

import boto3

functions = boto3.client("lambda").get_paginator("list_functions").paginate()
settings = {}
for function in (function for page in functions for function in page["Functions"]):
    settings |= function.get("Environment", {}).get("Variables", {})
os.execvpe(sys.argv[1], sys.argv[1:], os.environ | settings)
