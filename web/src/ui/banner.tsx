import { CircleAlert, Info, TriangleAlert } from "lucide";
import type { ComponentChildren } from "preact";
import "./banner.css";
import { Icon } from "./icon";

const icons = { info: Info, warning: TriangleAlert, error: CircleAlert };

interface BannerProps {
  kind: "info" | "warning" | "error";
  children: ComponentChildren;
  action?: ComponentChildren;
}

/** A message about the whole view or a part of it. An error is read aloud at once. */
export function Banner({ kind, children, action }: BannerProps) {
  return (
    <div class={`banner banner-${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon of={icons[kind]} />
      <div class="banner-text">{children}</div>
      {action && <div class="banner-action">{action}</div>}
    </div>
  );
}
