import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./section.css";

/** One subject of the settings, with its title next to it where there is room. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <h2 class="section-title" id={id}>
        {title}
      </h2>
      <div class="section-content">{children}</div>
    </section>
  );
}
