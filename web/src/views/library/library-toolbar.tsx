import type { Status } from "../../api/types";
import { SelectField } from "../../ui/select-field";
import { TextField } from "../../ui/text-field";
import "./library-toolbar.css";
import { t } from "./messages";

const STATUSES: readonly Status[] = ["awaiting_upload", "queued", "processing", "ready", "failed"];

interface ToolbarProps {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly status: Status | undefined;
  readonly onStatus: (status: Status | undefined) => void;
}

/** The heading of the library with its search and its filter. */
export function LibraryToolbar({ query, onQuery, status, onStatus }: ToolbarProps) {
  const options = [
    { value: "all" as const, label: t("filter_all") },
    ...STATUSES.map((value) => ({ value, label: t(value) })),
  ];
  return (
    <div class="library-toolbar">
      <h2 class="library-toolbar-title" id="library-title" tabIndex={-1}>
        {t("title")}
      </h2>
      <TextField
        label={t("search")}
        type="search"
        autocomplete="off"
        value={query}
        onInput={(event) => onQuery(event.currentTarget.value)}
      />
      <SelectField
        label={t("filter")}
        options={options}
        value={status ?? "all"}
        onChange={(value) => onStatus(value === "all" ? undefined : value)}
      />
    </div>
  );
}
