/** A download that began this recently is the reason for a `beforeunload`, not the user's wish to leave. */
const DOWNLOAD_MS = 2000;

let allowedUntil = 0;

/**
 * Lets the browser download an attachment. It begins like leaving the page, so the warning about uploads in
 * progress is left out for a moment.
 */
export function startDownload(url: string): void {
  allowedUntil = Date.now() + DOWNLOAD_MS;
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = "";
  anchor.rel = "noopener";
  anchor.click();
}

/** Asks before the page is left. Returns the function that stops asking. */
export function warnBeforeLeaving(): () => void {
  const warn = (event: BeforeUnloadEvent) => {
    if (Date.now() >= allowedUntil) event.preventDefault();
  };
  addEventListener("beforeunload", warn);
  return () => removeEventListener("beforeunload", warn);
}
