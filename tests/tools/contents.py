"""Prints an account's resources that hold data, and the settings of others, as JSON:
contents.py ENDPOINT
"""

import json
import sys

import boto3


def client(service):
    return boto3.client(service, endpoint_url=sys.argv[1])


def is_sams(name):
    return name.startswith("aws-sam-cli-managed-")


stacks = client("cloudformation").describe_stacks()["Stacks"]
dynamodb, cognito = client("dynamodb"), client("cognito-idp")
tables = [dynamodb.describe_table(TableName=name)["Table"] for name in dynamodb.list_tables()["TableNames"]]
pools = [
    cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]
]
buckets = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
senders = client("sesv2").list_email_identities()["EmailIdentities"]
functions, sqs = client("lambda"), client("sqs")
mappings = functions.list_event_source_mappings()["EventSourceMappings"]
receives = {}
for url in sqs.list_queues().get("QueueUrls", []):
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    policy = json.loads(attributes.get("Attributes", {}).get("RedrivePolicy", "null"))
    if policy:
        receives[url.rsplit("/", 1)[1]] = int(policy["maxReceiveCount"])
alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
contents = {
    "stacks": {
        stack["StackName"]: stack["StackStatus"] for stack in stacks if not is_sams(stack["StackName"])
    },
    "buckets": [name for name in buckets if not is_sams(name)],
    "tables": {table["TableName"]: table["DeletionProtectionEnabled"] for table in tables},
    "user_pools": {pool["Id"]: pool["DeletionProtection"] == "ACTIVE" for pool in pools},
    "senders": [sender["IdentityName"] for sender in senders],
    "concurrency": {
        mapping["EventSourceArn"].rsplit(":", 1)[1]: int(mapping["ScalingConfig"]["MaximumConcurrency"])
        for mapping in mappings
    },
    "receives": receives,
    "throttle_alarms": sorted(
        alarm["Dimensions"][0]["Value"] for alarm in alarms if alarm["MetricName"] == "Throttles"
    ),
}
print(json.dumps(contents))
