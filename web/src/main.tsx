import { render } from "preact";
import "./ui/tokens.css";
import "./ui/base.css";
import { App } from "./app";
import { startSession } from "./auth/session";
import { applyTheme } from "./theme";

applyTheme();
startSession();

const root = document.getElementById("app");
if (root) render(<App />, root);
