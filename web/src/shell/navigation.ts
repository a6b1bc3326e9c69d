import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { session } from "../auth/session";
import { route } from "../router";

/** The scroll position of the library, so that going back to it finds the same place. */
let homeScroll = 0;

/** Moves the focus to the heading of a view that was navigated to, and the page to where it belongs. */
export function useNavigationFocus(): void {
  const current = route.value;
  const user = session.value;
  // signing in or out shows another view at the same address
  const key = user === undefined ? undefined : JSON.stringify([user?.userId, current]);
  const last = useRef<string | undefined>(undefined);

  useEffect(() => {
    history.scrollRestoration = "manual";
    const remember = () => {
      if (route.peek().view === "home") homeScroll = scrollY;
    };
    addEventListener("scroll", remember, { passive: true });
    return () => removeEventListener("scroll", remember);
  }, []);

  useLayoutEffect(() => {
    const before = last.current;
    if (key === undefined || before === key) return;
    last.current = key;
    // the first view is read from the top by itself
    if (before === undefined) return;
    scrollTo(0, current.view === "home" ? homeScroll : 0);
    return focusHeading();
  }, [key]);
}

/** Focuses the heading of the view as soon as there is one. Returns the function that stops waiting. */
function focusHeading(): (() => void) | undefined {
  const main = document.getElementById("main");
  if (!main) return undefined;
  if (focusFirstHeading(main)) return undefined;
  main.focus({ preventScroll: true });
  const observer = new MutationObserver(() => {
    // a user who has moved on in the meantime keeps the focus
    const isMoved = document.activeElement !== main && document.activeElement !== document.body;
    if (isMoved || focusFirstHeading(main)) observer.disconnect();
  });
  observer.observe(main, { childList: true, subtree: true });
  return () => observer.disconnect();
}

function focusFirstHeading(main: HTMLElement): boolean {
  const heading = main.querySelector("h1");
  if (!heading) return false;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  return true;
}
