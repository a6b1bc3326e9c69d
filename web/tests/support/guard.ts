import { type BrowserContext, expect, type Request } from "@playwright/test";
import { pageUrl, stackUrl } from "./stack";

const OWN_HOSTS = new Set([pageUrl.host, stackUrl.host]);

/** Cognito's answer to a wrong password, a wrong code or an invalid refresh token. */
export const COGNITO_REFUSAL = new RegExp(`^status 400: POST ${stackUrl.origin}/$`);

/** The API's answer to a user without a webhook. */
export const NO_WEBHOOK = /^status 404: GET \S+\/webhook$/;

/**
 * Collects everything that must not happen on the page: errors and warnings on the console, uncaught exceptions,
 * failed requests, requests to other hosts, violations of the content security policy.
 */
export class Guard {
  readonly #problems: string[] = [];
  readonly #allowed: RegExp[] = [];

  /** Allows the problems that match, because the test causes them. */
  allow(...patterns: RegExp[]): void {
    this.#allowed.push(...patterns);
  }

  /** Watches all pages of a context, from their first script on. */
  async watch(context: BrowserContext): Promise<void> {
    context.on("console", (message) => {
      // the browser's own words for a failed request, which is counted by itself
      if (message.text().startsWith("Failed to load resource")) return;
      if (message.type() === "error" || message.type() === "warning") {
        this.#problems.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => this.#problems.push(`exception: ${error.error().stack ?? error.error().message}`));
    context.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith("http") && !OWN_HOSTS.has(host)) this.#problems.push(`another host: ${named(request)}`);
    });
    context.on("response", (response) => {
      if (response.status() >= 400) this.#problems.push(`status ${response.status()}: ${named(response.request())}`);
    });
    context.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // the page aborts requests that it no longer needs, and a download is an aborted navigation
      if (reason !== "net::ERR_ABORTED") this.#problems.push(`no answer: ${named(request)} ${reason}`);
    });
    await context.exposeBinding("framezipViolation", (_, text: string) => this.#problems.push(`policy: ${text}`));
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
        const report = (globalThis as unknown as { framezipViolation(text: string): void }).framezipViolation;
        report(`${effectiveDirective} blocked ${blockedURI} at ${sourceFile}:${lineNumber}`);
      });
    });
  }

  /** Fails if something happened that the test has not allowed. */
  verify(): void {
    const problems = this.#problems.filter((problem) => !this.#allowed.some((pattern) => pattern.test(problem)));
    expect(problems, "nothing unexpected happened on the page").toEqual([]);
  }
}

/** Presigned URLs are secret, and their query says nothing. */
function named(request: Request): string {
  const { origin, pathname } = new URL(request.url());
  return `${request.method()} ${origin}${pathname}`;
}
