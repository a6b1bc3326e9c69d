import "./empty-library.css";
import { t } from "./messages";

/** What happens here, for someone who has no video yet. The drop zone above is where to begin. */
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
