import type { IconNode } from "lucide";
import { h } from "preact";
import "./icon.css";

/** A Lucide icon. It is decoration: the control around it has the name. */
export function Icon({ of, size = 18 }: { of: IconNode; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {of.map(([tag, attributes], index) => h(tag, { ...attributes, key: index }))}
    </svg>
  );
}
