import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { ApiError } from "../api/errors";
import { pause } from "../pause";
import { readClaims, type Session } from "./claims";
import {
  CognitoError,
  globalSignOut,
  passwordAuth,
  refreshAuth,
  revokeToken,
  type Tokens,
  updateLocale,
} from "./cognito";
import { forgetToken, type Keep, storedToken, storeToken, signOutOtherTabs, watchOtherTabs } from "./token-store";

export type { Session } from "./claims";

/** A token is renewed this long before it ends, so that it does not end on its way to the server. */
const MARGIN_MS = 2 * 60_000;
/** How soon a renewal without an answer is tried again, if nothing else asks for it earlier. */
const TRY_AGAIN_MS = 15_000;

const current = signal<Session | null | undefined>(undefined);
const expired = signal(false);
const unreachable = signal(false);

/** The longest wait of a sign-out for the last calls of the user. */
const LAST_CALLS_MS = 3000;

let tokens: (Tokens & { keep: Keep }) | undefined;
let renewal: Promise<string> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const lastCalls: (() => Promise<unknown>)[] = [];
let waiting: { resolve(token: string): void; reject(error: unknown): void }[] = [];

/** The signed-in user, `null` without one, `undefined` while the session is being restored. */
export const session: ReadonlySignal<Session | null | undefined> = current;

/** Whether the user has to sign in again. The page stays as it is, and calls wait. */
export const sessionExpired: ReadonlySignal<boolean> = expired;

/** Whether the last renewal got no answer. It is tried again by itself. */
export const signInUnreachable: ReadonlySignal<boolean> = unreachable;

/** Restores the session from the stored refresh token, and follows the other tabs. Call it once, at the start. */
export function startSession(): () => void {
  const stopWatching = watchOtherTabs({
    signedOut: (userId) => userId === current.peek()?.userId && drop(),
    signedIn: () => (current.peek() === null || expired.peek()) && restore(),
  });
  const wake = () => document.visibilityState === "visible" && renewIfDue();
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  restore();
  return () => {
    stopWatching();
    document.removeEventListener("visibilitychange", wake);
    removeEventListener("online", wake);
    clearTimeout(timer);
  };
}

/** Returns a valid ID token. It waits while the session is restored or expired; signed out, it throws a 401. */
export async function idToken(): Promise<string> {
  if (current.peek() === null) throw signedOutError();
  if (!tokens || expired.peek()) return signedInAgain();
  return Date.now() + MARGIN_MS < tokens.expiresAt ? tokens.idToken : renewed();
}

/** Returns an ID token other than `refused`, which the API did not accept. */
export async function renewedToken(refused: string): Promise<string> {
  if (current.peek() === null) throw signedOutError();
  if (!tokens || expired.peek()) return signedInAgain();
  // another call may have renewed it in the meantime
  return tokens.idToken === refused ? renewed() : tokens.idToken;
}

/** Signs a user in. With `stay`, the session outlives the tab. */
export async function signIn(email: string, password: string, stay: boolean): Promise<void> {
  accept(await passwordAuth(email, password), stay ? "stay" : "tab");
}

/** Runs `finish` before a user signs out in this tab, while calls still have a token. */
export function beforeSignOut(finish: () => Promise<unknown>): void {
  lastCalls.push(finish);
}

/** Signs the user out in all tabs of this browser. */
export async function signOut(): Promise<void> {
  await finishLastCalls();
  const ending = tokens;
  leave();
  // without an answer, the token ends by itself; this browser has forgotten it
  if (ending) await revokeToken(ending.refreshToken).catch(() => undefined);
}

/** Signs the user out on all devices. Throws if Cognito does not confirm it; the user is then still signed in. */
export async function signOutEverywhere(): Promise<void> {
  await idToken();
  await finishLastCalls();
  if (tokens) await globalSignOut(tokens.accessToken);
  leave();
}

/**
 * Saves the language of the user's mails, and renews the ID token so that its claim is current. `locale` is read
 * when the call is made. Throws if Cognito does not confirm it, or if another user has signed in.
 */
export async function saveLocale(locale: () => string): Promise<void> {
  const userId = current.peek()?.userId;
  if (userId === undefined) return;
  await idToken();
  if (!tokens || current.peek()?.userId !== userId) throw signedOutError();
  await updateLocale(tokens.accessToken, locale());
  await renewed();
}

/** Returns whether this session outlives the tab. */
export function staysSignedIn(): boolean {
  return tokens?.keep === "stay";
}

async function finishLastCalls(): Promise<void> {
  if (lastCalls.length === 0) return;
  await Promise.race([Promise.allSettled(lastCalls.map((finish) => finish())), pause(LAST_CALLS_MS)]);
}

function restore(): void {
  const stored = storedToken();
  if (!stored) {
    current.value = null;
    return;
  }
  renewal ??= renew(stored.refreshToken, stored.keep);
  renewal.catch(() => undefined);
}

function renewIfDue(): void {
  if (expired.peek()) return;
  if (!tokens && current.peek() === undefined) restore();
  else if (tokens && Date.now() + MARGIN_MS >= tokens.expiresAt) renewed().catch(() => undefined);
}

/** Renews the tokens once for all that ask at the same time. */
function renewed(): Promise<string> {
  if (!tokens) return signedInAgain();
  renewal ??= renew(tokens.refreshToken, tokens.keep);
  return renewal;
}

async function renew(refreshToken: string, keep: Keep): Promise<string> {
  const before = tokens;
  try {
    const fresh = await refreshAuth(refreshToken);
    // the user may have signed out, or in again, in the meantime
    if (tokens !== before) return idToken();
    accept(fresh, keep);
    return fresh.idToken;
  } catch (error) {
    if (tokens !== before) return idToken();
    if (error instanceof CognitoError && isFinal(error)) return refused(refreshToken);
    unreachable.value = true;
    schedule(TRY_AGAIN_MS);
    // the old token may still be good for its last minutes
    if (before && Date.now() < before.expiresAt) return before.idToken;
    throw error;
  } finally {
    renewal = undefined;
  }
}

/** The refresh token is no longer valid: a signed-in user signs in again over the page, a visitor gets the sign-in view. */
function refused(refreshToken: string): Promise<string> {
  forgetToken(refreshToken);
  unreachable.value = false;
  if (current.peek()) {
    expired.value = true;
    return signedInAgain();
  }
  drop();
  return Promise.reject(signedOutError());
}

/** Everything but a busy or broken service: the user, the app client or the token may be gone. */
function isFinal(error: CognitoError): boolean {
  return !/TooManyRequests|LimitExceeded|InternalError|Unavailable|^Http/.test(error.kind);
}

function accept(fresh: Tokens, keep: Keep): void {
  batch(() => acceptNow(fresh, keep));
}

function acceptNow(fresh: Tokens, keep: Keep): void {
  const user = readClaims(fresh.idToken);
  const before = current.peek();
  // calls of another user must not go on as this one
  if (before && before.userId !== user.userId) drop();
  tokens = { ...fresh, keep };
  storeToken(fresh.refreshToken, keep);
  unreachable.value = false;
  expired.value = false;
  if (!before || JSON.stringify(before) !== JSON.stringify(user)) current.value = user;
  schedule(fresh.expiresAt - Date.now() - MARGIN_MS);
  const calls = waiting;
  waiting = [];
  for (const call of calls) call.resolve(fresh.idToken);
}

function leave(): void {
  const user = current.peek();
  if (tokens) forgetToken(tokens.refreshToken);
  drop();
  if (user) signOutOtherTabs(user.userId);
}

function drop(): void {
  if (tokens) forgetToken(tokens.refreshToken);
  clearTimeout(timer);
  tokens = undefined;
  expired.value = false;
  unreachable.value = false;
  current.value = null;
  const calls = waiting;
  waiting = [];
  for (const call of calls) call.reject(signedOutError());
}

function schedule(ms: number): void {
  clearTimeout(timer);
  // a little later than due, because timers may fire early; a token that lives shorter than the margin makes no loop
  timer = setTimeout(renewIfDue, Math.max(ms, 0) + 1000);
}

function signedInAgain(): Promise<string> {
  return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
}

function signedOutError(): ApiError {
  return new ApiError(401, "unauthorized");
}
