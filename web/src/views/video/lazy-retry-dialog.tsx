import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Video, VideoView } from "../../api/types";
import { t } from "../../shell/messages";
import { toast } from "../../ui/toast";

interface RetryDialogProps {
  video: VideoView;
  onClose: () => void;
  onQueued: (video: Video) => void;
}

/** The dialog for other options. Its code is loaded when it is opened. */
export function LazyRetryDialog(props: RetryDialogProps) {
  const [loaded, setLoaded] = useState<{ Dialog: ComponentType<RetryDialogProps> }>();
  const { onClose } = props;
  useEffect(() => {
    let wanted = true;
    import("../sending/retry-dialog").then(
      ({ RetryDialog }) => wanted && setLoaded({ Dialog: RetryDialog }),
      () => {
        toast(t("chunk_text"), { action: { label: t("reload"), onSelect: () => location.reload() }, seconds: 20 });
        onClose();
      },
    );
    return () => {
      wanted = false;
    };
  }, []);
  return loaded ? <loaded.Dialog {...props} /> : null;
}
