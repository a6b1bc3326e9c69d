import { useEffect } from "preact/hooks";
import { language } from "../i18n";

/** Sets the title of the browser's tab while a view is shown, such as the name of a video. */
export function useTitle(title: string | undefined): void {
  const current = language.value;
  useEffect(() => {
    if (title) document.title = `${title} · framezip`;
  }, [title, current]);
}
