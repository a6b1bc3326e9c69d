import { Film, type IconNode, Settings, ShieldCheck } from "lucide";
import { session } from "../auth/session";
import { href, type Route, route } from "../router";
import { Icon } from "../ui/icon";
import { AccountMenu } from "./account-menu";
import "./header.css";
import { t } from "./messages";

/** The line at the top: the name, where to go, and the account. */
export function Header() {
  const user = session.value;
  return (
    <header class="header">
      <a class="header-wordmark" href={href({ view: "home" })} aria-label="framezip">
        <Wordmark />
      </a>
      {user && (
        <nav class="header-nav" aria-label={t("nav")}>
          <NavLink to={{ view: "home" }} icon={Film} label={t("library")} />
          <NavLink to={{ view: "settings" }} icon={Settings} label={t("settings")} />
          {user.isAdmin && <NavLink to={{ view: "admin" }} icon={ShieldCheck} label={t("admin")} />}
        </nav>
      )}
      <div class="header-end">
        <AccountMenu />
      </div>
    </header>
  );
}

function NavLink({ to, icon, label }: { to: Route; icon: IconNode; label: string }) {
  const isHere = route.value.view === to.view;
  return (
    <a class="header-link" href={href(to)} {...(isHere ? { "aria-current": "page" } : {})}>
      <Icon of={icon} />
      <span class="header-link-text">{label}</span>
    </a>
  );
}

function Wordmark() {
  return (
    <>
      <svg class="header-mark" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
        <rect class="header-mark-frame header-mark-lit" x="12" y="2" width="8.5" height="8" rx="1.5" />
        <rect class="header-mark-frame" x="1.5" y="2" width="8.5" height="8" rx="1.5" />
        <rect class="header-mark-frame" x="1.5" y="12" width="8.5" height="8" rx="1.5" />
        <rect class="header-mark-frame" x="12" y="12" width="8.5" height="8" rx="1.5" />
      </svg>
      <span class="header-name">framezip</span>
    </>
  );
}
