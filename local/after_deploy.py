"""Corrects what MiniStack understands differently from AWS in the template. Prints the stack's outputs by
name as JSON, with the local ApiUrl: after_deploy.py ENDPOINT TEMPLATE
"""

import json
import sys

import boto3
import yaml

endpoint, template = sys.argv[1:]
stack = boto3.client("cloudformation").describe_stacks(StackName="framezip")["Stacks"][0]
outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
parameters = {given["ParameterKey"]: given["ParameterValue"] for given in stack["Parameters"]}

# MiniStack does not understand the template's capitals here, and would refuse every origin.
if parameters.get("WebOrigin"):
    with open(template) as file:
        cors = yaml.safe_load(file)["Resources"]["Api"]["Properties"]["CorsConfiguration"]
    _has_web_origin, cors, _no_value = cors["Fn::If"]
    cors["AllowOrigins"] = [parameters["WebOrigin"]]
    boto3.client("apigatewayv2").update_api(ApiId=outputs["ApiId"], CorsConfiguration=cors)

# CloudFormation passes a reference to a parameter as a string. AWS converts it to a number. MiniStack's
# poller compares the string with numbers, fails, and stops polling the queue.
functions = boto3.client("lambda")
for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
    most = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
    if most is not None:
        scaling = {"MaximumConcurrency": int(most)}
        functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig=scaling)

outputs["ApiUrl"] = f"{endpoint}/_aws/execute-api/{outputs['ApiId']}"
print(json.dumps(outputs, indent=2))
