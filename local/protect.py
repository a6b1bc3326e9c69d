"""Switches on the deletion protection of a deployed stack's table and user pool: protect.py STACK

It must be off during the creation of the stack: if the creation fails, CloudFormation has to delete both.
Once it is on, `sam deploy` leaves it on.
"""

import sys

import boto3

PARAMETER = "DeletionProtection"

name = sys.argv[1]
cloudformation = boto3.client("cloudformation")
stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
given = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
# a stack whose creation was not confirmed has no resources
if stack["StackStatus"] == "REVIEW_IN_PROGRESS" or given[PARAMETER] == "yes":
    sys.exit()

print("switching on the deletion protection of the table and the user pool")
kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in given if key != PARAMETER]
cloudformation.update_stack(
    StackName=name,
    UsePreviousTemplate=True,
    Parameters=[*kept, {"ParameterKey": PARAMETER, "ParameterValue": "yes"}],
    Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
)
cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 5})
