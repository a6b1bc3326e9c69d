import { formatBytes, formatPercent, formatRate } from "../../i18n/format";
import { problemText } from "../../i18n/errors";
import type { UploadItem } from "../../upload/types";
import { t } from "./messages";

/** Returns what an upload is doing, in words: "64% · 12.4 MB/s · about 40 s left". */
export function stateInWords(item: UploadItem): string {
  const percent = formatPercent(share(item));
  switch (item.state) {
    case "sending":
      return sendingInWords(item, percent);
    case "waiting":
      if (item.sent === 0) return t("waiting");
      return item.sent < item.bytes ? t("waiting_at", { percent }) : t("joining");
    case "paused":
    case "offline":
      return t(item.state, { percent });
    case "needs_file":
      return t(item.handleNeedsPermission ? "needs_permission" : "needs_file", {
        name: item.name,
        sent: formatBytes(item.sent),
        bytes: formatBytes(item.bytes),
      });
    case "file_changed":
      return t("file_changed", { name: item.name });
    case "elsewhere":
      return [t("elsewhere"), ...(item.sent > 0 ? [percent] : [])].join(" · ");
    case "refused":
      return problemText(item.reason);
    default:
      return t(item.state);
  }
}

/** Returns which part of the bytes has been sent, 0 to 1. */
export function share({ sent, bytes }: UploadItem): number {
  return bytes === 0 ? 0 : Math.min(1, sent / bytes);
}

function sendingInWords({ sent, bytesPerSecond, secondsLeft }: UploadItem, percent: string): string {
  if (sent === 0 && bytesPerSecond === undefined) return t("starting");
  const parts = [percent];
  if (bytesPerSecond !== undefined) parts.push(formatRate(bytesPerSecond));
  if (secondsLeft !== undefined) parts.push(t("left", { time: timeInWords(secondsLeft) }));
  return parts.join(" · ");
}

/** Returns a rounded time: "40 s", "3 min", "2 h 5 min". It is an estimate, so seconds come in fives. */
export function timeInWords(seconds: number): string {
  if (seconds < 10) return t("seconds", { seconds: Math.max(1, Math.ceil(seconds)) });
  const rounded = Math.round(seconds / 5) * 5;
  if (rounded < 60) return t("seconds", { seconds: rounded });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("minutes", { minutes });
  return t("hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
