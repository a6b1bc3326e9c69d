import { useId } from "preact/hooks";
import "./segmented.css";
import type { Option } from "./select-field";

interface SegmentedProps<T extends string> {
  label: string;
  options: readonly Option<T>[];
  value: T;
  onChange: (value: T) => void;
  /** Keeps the label for screen readers only, where a heading already says it. */
  hideLabel?: boolean;
}

/** A choice of one value with all choices in view: a radio group that looks like one control. */
export function Segmented<T extends string>({ label, options, value, onChange, hideLabel }: SegmentedProps<T>) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class={hideLabel ? "visually-hidden" : "segmented-label"}>{label}</legend>
      <div class="segmented-options">
        {options.map((option) => (
          <label key={option.value} class="segmented-option">
            <input
              class="segmented-input"
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span class="segmented-text">{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
