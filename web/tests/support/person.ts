import { randomUUID } from "node:crypto";
import { Api } from "./api";
import { cognito } from "./cognito";
import { config } from "./stack";

/** The password of every person in the tests. */
export const PASSWORD = "Correct-horse-9-battery";

/** A user with an account, who may be signed in to the page. */
export interface Person {
  readonly email: string;
  readonly api: Api;
}

/** Returns a new address. */
export function newEmail(): string {
  return `${randomUUID().replaceAll("-", "")}@example.com`;
}

/** Makes an account by Cognito's calls, without the mail. */
export async function newPerson(group?: "admin"): Promise<Person> {
  const email = newEmail();
  const { userPoolId, userPoolClientId } = await config();
  await cognito("SignUp", {
    ClientId: userPoolClientId,
    Username: email,
    Password: PASSWORD,
    UserAttributes: [{ Name: "email", Value: email }],
  });
  await cognito("AdminConfirmSignUp", { UserPoolId: userPoolId, Username: email }, "owner");
  // the token names the groups of the moment at which it is made
  if (group) {
    await cognito("AdminAddUserToGroup", { UserPoolId: userPoolId, Username: email, GroupName: group }, "owner");
  }
  const tokens = await cognito<{ AuthenticationResult: { IdToken: string } }>("InitiateAuth", {
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: userPoolClientId,
    AuthParameters: { USERNAME: email, PASSWORD },
  });
  return { email, api: new Api(tokens.AuthenticationResult.IdToken) };
}
