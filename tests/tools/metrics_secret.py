"""Prints the secret of the metrics' app client, as an operator gets it: metrics_secret.py ENDPOINT OUTPUTS

OUTPUTS is the stack's outputs.json.
"""

import json
import sys

import boto3

endpoint, outputs = sys.argv[1:]
with open(outputs) as file:
    outputs = json.load(file)
cognito = boto3.client("cognito-idp", endpoint_url=endpoint)
pool, client = outputs["UserPoolId"], outputs["MetricsClientId"]
client = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)
print(client["UserPoolClient"]["ClientSecret"])
