/** Accounts by Cognito's JSON protocol. These calls need no AWS credentials, hence no SDK. */
import { config } from "../api/config";
import { OfflineError } from "../api/errors";
import { languageTag } from "../i18n";

/** A refusal by Cognito. `kind` is the name of its exception, without a prefix. */
export class CognitoError extends Error {
  override readonly name = "CognitoError";
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The tokens of a signed-in user. Only the refresh token may be stored. */
export interface Tokens {
  idToken: string;
  accessToken: string;
  refreshToken: string;
  /** The expiry of the ID token in milliseconds since 1970, by this device's clock. */
  expiresAt: number;
}

/** The masked address that Cognito sent a code to, such as `a***@e***`, if the answer has one. */
export type CodeDestination = string | undefined;

interface CodeDelivery {
  CodeDeliveryDetails?: { Destination?: string };
}

interface AuthAnswer {
  ChallengeName?: string;
  AuthenticationResult?: { IdToken: string; AccessToken: string; RefreshToken?: string; ExpiresIn: number };
}

/** Creates a user. Cognito mails a code unless the pool confirms users itself. */
export async function signUp(
  email: string,
  password: string,
): Promise<{ confirmed: boolean; sentTo: CodeDestination }> {
  const answer = await call<CodeDelivery & { UserConfirmed: boolean }>("SignUp", {
    Username: email,
    Password: password,
    UserAttributes: [
      { Name: "email", Value: email },
      // the language of mails
      { Name: "locale", Value: languageTag() },
    ],
  });
  return { confirmed: answer.UserConfirmed, sentTo: answer.CodeDeliveryDetails?.Destination };
}

/** Confirms a user with the code from the mail. */
export async function confirmSignUp(email: string, code: string): Promise<void> {
  await call("ConfirmSignUp", { Username: email, ConfirmationCode: code });
}

/** Requests another code to confirm a user. */
export async function resendCode(email: string): Promise<CodeDestination> {
  const answer = await call<CodeDelivery>("ResendConfirmationCode", { Username: email });
  return answer.CodeDeliveryDetails?.Destination;
}

/** Requests a code that allows a new password to be set. */
export async function forgotPassword(email: string): Promise<CodeDestination> {
  const answer = await call<CodeDelivery>("ForgotPassword", { Username: email });
  return answer.CodeDeliveryDetails?.Destination;
}

/** Sets a new password with the code from the mail. */
export async function confirmForgotPassword(email: string, code: string, password: string): Promise<void> {
  await call("ConfirmForgotPassword", { Username: email, ConfirmationCode: code, Password: password });
}

/** Signs a user in. */
export function passwordAuth(email: string, password: string): Promise<Tokens> {
  return initiateAuth("USER_PASSWORD_AUTH", { USERNAME: email, PASSWORD: password });
}

/** Returns new ID and access tokens. The refresh token stays the same unless Cognito rotates it. */
export function refreshAuth(refreshToken: string): Promise<Tokens> {
  return initiateAuth("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: refreshToken }, refreshToken);
}

/** Sets the user's attribute `locale`, which the next ID token has as a claim. */
export async function updateLocale(accessToken: string, locale: string): Promise<void> {
  const fields = { AccessToken: accessToken, UserAttributes: [{ Name: "locale", Value: locale }] };
  await call("UpdateUserAttributes", fields, "without-client");
}

/** Ends every session of the user, on all devices. */
export async function globalSignOut(accessToken: string): Promise<void> {
  await call("GlobalSignOut", { AccessToken: accessToken }, "without-client");
}

/** Makes a refresh token and the access tokens made from it invalid. */
export async function revokeToken(refreshToken: string): Promise<void> {
  await call("RevokeToken", { Token: refreshToken });
}

async function initiateAuth(
  flow: string,
  parameters: Record<string, string>,
  currentRefreshToken?: string,
): Promise<Tokens> {
  const sentAt = Date.now();
  const answer = await call<AuthAnswer>("InitiateAuth", { AuthFlow: flow, AuthParameters: parameters });
  const tokens = answer.AuthenticationResult;
  const refreshToken = tokens?.RefreshToken ?? currentRefreshToken;
  if (!tokens || !refreshToken) throw new CognitoError("Challenge", answer.ChallengeName ?? "");
  return {
    idToken: tokens.IdToken,
    accessToken: tokens.AccessToken,
    refreshToken,
    expiresAt: sentAt + tokens.ExpiresIn * 1000,
  };
}

async function call<T>(action: string, fields: object, client?: "without-client"): Promise<T> {
  const { cognitoEndpoint, userPoolClientId } = await config();
  const body = client ? fields : { ClientId: userPoolClientId, ...fields };
  const response = await fetch(cognitoEndpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AWSCognitoIdentityProviderService.${action}`,
    },
    body: JSON.stringify(body),
    // a sign-out goes on when the tab is closed right after it
    keepalive: true,
  }).catch((error: unknown) => {
    throw new OfflineError(error);
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer as T;
  const { __type = "", message = "" } = answer as { __type?: string; message?: string };
  throw new CognitoError(__type.slice(__type.lastIndexOf("#") + 1) || `Http${response.status}`, message);
}
