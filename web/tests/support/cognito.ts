import { config } from "./stack";

/** Calls Cognito as a user does, or as the stack's owner, whose signatures the stack does not check. */
export async function cognito<T>(action: string, body: object, as: "user" | "owner" = "user"): Promise<T> {
  const { cognitoEndpoint, region } = await config();
  const scope = `test/20260101/${region}/cognito-idp/aws4_request`;
  const signature = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const answer = await fetch(cognitoEndpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${action}`,
      ...(as === "owner" ? { authorization: signature } : {}),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${action} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
