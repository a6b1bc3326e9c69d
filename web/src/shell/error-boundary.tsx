import { RefreshCw, TriangleAlert } from "lucide";
import { Component, type ComponentChildren } from "preact";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { t } from "./messages";

interface State {
  broken: boolean;
}

/** Shows a way out where a view cannot be rendered. The error still reaches the browser's console. */
export class ErrorBoundary extends Component<{ children: ComponentChildren }, State> {
  override state: State = { broken: false };

  override componentDidCatch(error: unknown): void {
    reportError(error);
    this.setState({ broken: true });
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <EmptyState icon={TriangleAlert} title={t("broken_title")}>
        <p>{t("broken_text")}</p>
        <Button kind="primary" icon={RefreshCw} onClick={() => location.reload()}>
          {t("reload")}
        </Button>
      </EmptyState>
    );
  }
}
