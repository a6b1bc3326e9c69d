import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import "./empty-state.css";
import { Icon } from "./icon";

/** A place without content: says why it is empty and what to do. */
export function EmptyState({ icon, title, children }: { icon?: IconNode; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty-state">
      {icon && (
        <span class="empty-state-icon">
          <Icon of={icon} size={32} />
        </span>
      )}
      <p class="empty-state-title">{title}</p>
      <div class="empty-state-text">{children}</div>
    </div>
  );
}
