import "./skeleton.css";

/** A grey place of the size of what is being loaded. Sizes are CSS lengths. */
export function Skeleton({ width = "100%", height = "1em" }: { width?: string; height?: string }) {
  return <span class="skeleton" aria-hidden="true" style={{ width, height }} />;
}
