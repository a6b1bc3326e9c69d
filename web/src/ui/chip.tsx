import type { ComponentChildren } from "preact";
import "./chip.css";

/** A small button that is pressed or not, such as a filter or a preset. */
export function Chip(props: { pressed: boolean; onClick: () => void; children: ComponentChildren }) {
  return (
    <button type="button" class="chip" aria-pressed={props.pressed} onClick={props.onClick}>
      {props.children}
    </button>
  );
}
