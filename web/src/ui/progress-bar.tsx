import "./progress-bar.css";

interface ProgressBarProps {
  /** The accessible name: what progresses. */
  label: string;
  /** 0 to 1; `undefined` while nothing is known. */
  value: number | undefined;
  tone?: "accent" | "quiet" | "success" | "warning" | "danger";
}

/** A thin bar. The text next to it says the numbers. */
export function ProgressBar({ label, value, tone = "accent" }: ProgressBarProps) {
  const percent = value === undefined ? undefined : Math.round(Math.min(Math.max(value, 0), 1) * 100);
  return (
    <div
      class={`progress-bar progress-bar-${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === undefined ? {} : { "aria-valuenow": percent })}
    >
      <div
        class={percent === undefined ? "progress-bar-fill progress-bar-unknown" : "progress-bar-fill"}
        style={{ scale: `${value === undefined ? 1 : Math.min(Math.max(value, 0), 1)} 1` }}
      />
    </div>
  );
}
