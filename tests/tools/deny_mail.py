"""Forbids a role to send mails, or allows it again: deny_mail.py ENDPOINT ROLE (deny|allow)"""

import json
import sys

import boto3

endpoint, role, what = sys.argv[1:]
iam = boto3.client("iam", endpoint_url=endpoint)
name = role.rsplit("/", 1)[-1]
if what == "deny":
    statement = {"Effect": "Deny", "Action": "ses:SendEmail", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="no-mail", PolicyDocument=document)
else:
    iam.delete_role_policy(RoleName=name, PolicyName="no-mail")
