import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Video, VideoView } from "../../api/types";
import { problemText } from "../../i18n/errors";
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
      (error: unknown) => {
        toast(problemText(error));
        onClose();
      },
    );
    return () => {
      wanted = false;
    };
  }, []);
  return loaded ? <loaded.Dialog {...props} /> : null;
}
