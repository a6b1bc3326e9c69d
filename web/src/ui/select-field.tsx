import { ChevronDown } from "lucide";
import { useId } from "preact/hooks";
import "./field.css";
import { Icon } from "./icon";
import "./select-field.css";

/** One choice of a select field or a segmented control. */
export interface Option<T extends string> {
  value: T;
  label: string;
}

interface SelectFieldProps<T extends string> {
  label: string;
  options: readonly Option<T>[];
  value: T;
  onChange: (value: T) => void;
  disabled?: boolean;
}

/** A labelled choice of one value from a list. */
export function SelectField<T extends string>({ label, options, value, onChange, disabled }: SelectFieldProps<T>) {
  const id = useId();
  return (
    <div class="field select-field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class="field-line">
        <select
          id={id}
          class="field-input select-field-input"
          value={value}
          disabled={disabled ?? false}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <span class="select-field-arrow">
          <Icon of={ChevronDown} size={16} />
        </span>
      </div>
    </div>
  );
}
