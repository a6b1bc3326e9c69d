"""Prints the API's routes as JSON, each with whether it needs a token and the most requests a second that it
lets through: gateway.py ENDPOINT API_ID
"""

import json
import sys

import boto3

endpoint, api = sys.argv[1:]
gateway = boto3.client("apigatewayv2", endpoint_url=endpoint)
routes = [
    route for page in gateway.get_paginator("get_routes").paginate(ApiId=api) for route in page["Items"]
]
# not from the gateway itself: MiniStack does not understand the template's capitals here
cloudformation = boto3.client("cloudformation", endpoint_url=endpoint)
processed = cloudformation.get_template(StackName="framezip", TemplateStage="Processed")
stage = processed["TemplateBody"]["Resources"]["ApiStage"]["Properties"]


def rate(key):
    settings = stage["RouteSettings"].get(key, stage["DefaultRouteSettings"])
    return settings["ThrottlingRateLimit"]


print(
    json.dumps(
        {
            route["RouteKey"]: {
                "needs_token": route["AuthorizationType"] == "JWT",
                "requests_a_second": rate(route["RouteKey"]),
            }
            for route in routes
        }
    )
)
