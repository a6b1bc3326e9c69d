import { expect } from "@playwright/test";
import { stackUrl } from "./stack";

interface Mail {
  To: string[];
  BodyText: string;
}

/** Returns the codes in the mails to an address, oldest first. */
export async function codesTo(address: string): Promise<string[]> {
  const answer = await fetch(new URL("_ministack/ses/messages", stackUrl));
  const { messages } = (await answer.json()) as { messages: Record<string, Mail[]> };
  const mails = Object.values(messages).flat().filter(({ To }) => To.includes(address));
  return mails.flatMap(({ BodyText }) => /\b\d{6}\b/.exec(BodyText) ?? []);
}

/** Returns the newest code, once more than `before` have been sent. */
export async function codeAfter(address: string, before: number): Promise<string> {
  let codes: string[] = [];
  await expect
    .poll(async () => (codes = await codesTo(address)).length, { message: `a code for ${address}` })
    .toBeGreaterThan(before);
  return codes.at(-1) ?? "";
}
