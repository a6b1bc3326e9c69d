"""Reads the local stack's mail from stdin and prints the newest confirmation code sent to an address:
confirmation_code.py ADDRESS
"""

import json
import re
import sys

address = sys.argv[1]
accounts = json.load(sys.stdin)["messages"]
for mail in reversed([mail for mails in accounts.values() for mail in mails]):
    code = re.search(r"\b\d{6}\b", mail["BodyText"])
    if address in mail["To"] and code:
        print(code.group())
        break
else:
    sys.exit(f"no confirmation code was sent to {address}")
