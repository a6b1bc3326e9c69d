import "./empty-library.css";
import { t } from "./messages";

/** Explains the page to a user without videos. They begin at the drop zone above it. */
export function EmptyLibrary() {
  return (
    <ol class="empty-library">
      {([1, 2, 3] as const).map((step) => (
        <li key={step} class="empty-library-step">
          <span class="empty-library-number" aria-hidden="true">
            {step}
          </span>
          <h2 class="empty-library-title">{t(`step_${step}`)}</h2>
          <p class="empty-library-text">{t(`step_${step}_text`)}</p>
        </li>
      ))}
    </ol>
  );
}
