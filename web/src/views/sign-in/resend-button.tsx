import { useEffect, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { t } from "./messages";

/** A mail needs a moment to arrive, and Cognito sends few an hour. */
const WAIT_SECONDS = 30;

/** Sends the code again, once the last one has had time to arrive. `sentAt` is 0 if none was sent. */
export function ResendButton({ sentAt, onResend }: { sentAt: number; onResend: () => void }) {
  const left = () => Math.max(Math.ceil(WAIT_SECONDS - (Date.now() - sentAt) / 1000), 0);
  const [seconds, setSeconds] = useState(left);

  useEffect(() => {
    setSeconds(left());
    const timer = setInterval(() => setSeconds(left()), 1000);
    return () => clearInterval(timer);
  }, [sentAt]);

  return (
    <Button kind="quiet" disabled={seconds > 0} onClick={onResend}>
      <span class="numeric">{seconds > 0 ? t("resend_wait", { count: seconds }) : t("resend")}</span>
    </Button>
  );
}
