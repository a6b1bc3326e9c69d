import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import "./empty-state.css";
import { Icon } from "./icon";

interface EmptyStateProps {
  icon?: IconNode;
  title: string;
  /** The title is the heading of the whole view, or a text in it. */
  as?: "h1" | "p";
  children?: ComponentChildren;
}

/** A place without content: says why it is empty and what to do. */
export function EmptyState({ icon, title, as: Title = "p", children }: EmptyStateProps) {
  return (
    <div class="empty-state">
      {icon && (
        <span class="empty-state-icon">
          <Icon of={icon} size={32} />
        </span>
      )}
      <Title class="empty-state-title">{title}</Title>
      <div class="empty-state-text">{children}</div>
    </div>
  );
}
