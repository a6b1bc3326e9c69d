import { StalledError } from "./failures";
import type { Network } from "./network";
import type { PutAnswer, PutRequest, Transport } from "./transport";

/** A transfer without progress for this long is given up. */
export const STALL_MS = 30_000;
/** The storage answers well within this time after the last byte, even if buffers on the way are full. */
export const ANSWER_MS = 60_000;
/** After the network is back, an old connection either goes on within this time or is dead. */
export const RECONNECT_MS = 5_000;

/** Sends one request, and gives it up with `StalledError` if it makes no progress. */
export async function putOnce(request: PutRequest, transport: Transport, network: Network): Promise<PutAnswer> {
  const stall = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(new StalledError("The upload made no progress.")), milliseconds);
  };
  const unsubscribe = network.subscribe(() => {
    if (network.online) arm(RECONNECT_MS);
  });
  let last = 0;
  const onProgress = (loaded: number) => {
    if (loaded <= last) return;
    last = loaded;
    arm(loaded < request.body.size ? STALL_MS : ANSWER_MS);
    request.onProgress(loaded);
  };
  arm(STALL_MS);
  try {
    const signal = AbortSignal.any([request.signal, stall.signal]);
    return await transport({ ...request, signal, onProgress });
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}
