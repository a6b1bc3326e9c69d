/** The zip is not the one that was opened: its ETag or its length differs. Open it again. */
export class ZipChangedError extends Error {
  override name = "ZipChangedError";
}

/** The zip does not exist any more. */
export class ZipGoneError extends Error {
  override name = "ZipGoneError";
}

/** A fresh link was refused, too. */
export class LinkRefusedError extends Error {
  override name = "LinkRefusedError";
}

/** No answer came, although the request was repeated. */
export class ZipUnreachableError extends Error {
  override name = "ZipUnreachableError";
}

/** The answer is not what a framezip zip looks like, or the storage does not answer ranged requests. */
export class ZipUnreadableError extends Error {
  override name = "ZipUnreadableError";
}
