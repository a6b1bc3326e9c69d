import { useRef, useState } from "preact/hooks";
import type { WebhookWithSecret } from "../../api/types";
import { setWebhook } from "../../api/webhook";
import { problemText } from "../../i18n/errors";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/text-field";
import { t } from "./messages";
import { urlErrorText } from "./webhook-errors";
import "./webhook-form.css";

interface WebhookFormProps {
  /** The present URL, or `undefined` without a webhook. */
  url: string | undefined;
  onSet: (webhook: WebhookWithSecret) => void;
}

/** The URL of the webhook. */
export function WebhookForm({ url: present, onSet }: WebhookFormProps) {
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement | null>(null);
  const url = typed ?? present ?? "";
  const fieldError = error === "missing" ? t("url_missing") : urlErrorText(error);

  const save = async () => {
    setError(undefined);
    if (url === "") {
      setError("missing");
      input.current?.focus();
      return;
    }
    setBusy(true);
    try {
      onSet(await setWebhook(url));
      // the server stores a URL in its normal form
      setTyped((now) => (now === url ? undefined : now));
    } catch (failure) {
      setError(failure);
      input.current?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      class="webhook-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {error !== undefined && !fieldError && <Banner kind="error">{problemText(error)}</Banner>}
      <TextField
        label={t("url")}
        type="url"
        name="url"
        autocomplete="off"
        placeholder="https://example.com/framezip"
        spellcheck={false}
        hint={present === undefined ? t("url_hint") : t("change_hint")}
        error={fieldError}
        value={url}
        inputRef={(element) => (input.current = element)}
        onInput={(event) => {
          const value = event.currentTarget.value.trim();
          setTyped(value === (present ?? "") ? undefined : value);
        }}
      />
      <Button type="submit" busy={busy} disabled={present !== undefined && url === present}>
        {present === undefined ? t("set") : t("change")}
      </Button>
    </form>
  );
}
