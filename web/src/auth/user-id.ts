import { computed, type ReadonlySignal } from "@preact/signals";
import { session } from "./session";

/** The id of the signed-in user. It stays the same when the session is renewed. */
export const userId: ReadonlySignal<string | undefined> = computed(() => session.value?.userId);
