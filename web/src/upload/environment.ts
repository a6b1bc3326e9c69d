import { browserLocks, type Locks } from "./locks";
import { browserNetwork, type Network } from "./network";
import { UploadStorage } from "./storage";
import { Tabs } from "./tabs";
import { xhrTransport, type Transport } from "./transport";
import { ScreenWakeLock, type WakeLockKeeper } from "./wake-lock";

/** The parts of the browser that uploads use. Tests replace them. */
export interface Environment {
  readonly transport: Transport;
  readonly network: Network;
  readonly locks: Locks;
  readonly wakeLock: WakeLockKeeper;
  readonly storage: UploadStorage;
  readonly tabs: Tabs;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

/** Returns the browser's own. `owner` is the user. */
export function browserEnvironment(owner: string): Environment {
  return {
    transport: xhrTransport,
    network: browserNetwork,
    locks: browserLocks(),
    wakeLock: new ScreenWakeLock(),
    storage: new UploadStorage(owner),
    tabs: new Tabs(owner),
    random: Math.random,
  };
}
