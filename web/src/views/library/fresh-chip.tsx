import { ArrowUp } from "lucide";
import { useEffect } from "preact/hooks";
import { Button } from "../../ui/button";
import "./fresh-chip.css";
import { freshCount, library } from "./library";
import { t } from "./messages";

/** Below this, showing new videos does not move what is being read. */
const TOP = 240;

/** Says that new videos are held back, and leads to them. Scrolling up shows them, too. */
export function FreshChip() {
  const count = freshCount.value;

  useEffect(() => {
    if (count === 0) return;
    const look = () => scrollY <= TOP && library.peek().showHeld();
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, [count]);

  const show = () => {
    library.peek().showHeld();
    scrollTo({ top: 0 });
    // the chip goes away, and the focus must not be lost with it
    document.getElementById("library-title")?.focus({ preventScroll: true });
  };
  return (
    <div class="fresh-chip" role="status">
      {count > 0 && (
        <Button kind="primary" icon={ArrowUp} class="fresh-chip-button" onClick={show}>
          {t("fresh", { count })}
        </Button>
      )}
    </div>
  );
}
