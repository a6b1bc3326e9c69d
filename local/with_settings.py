"""Becomes another program, which has the settings of the local stack's functions as its environment:
with_settings.py PROGRAM [ARGUMENT ...]

Not a file that `cargo lambda watch --env-file` reads: its quotes cannot hold every value, and a secret
would lie on the disk.
"""

import os
import sys

import boto3

functions = boto3.client("lambda").get_paginator("list_functions").paginate()
settings = {}
for function in (function for page in functions for function in page["Functions"]):
    settings |= function.get("Environment", {}).get("Variables", {})
os.execvpe(sys.argv[1], sys.argv[1:], os.environ | settings)
