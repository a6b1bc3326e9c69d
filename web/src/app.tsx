import { useEffect, useLayoutEffect } from "preact/hooks";
import "./app.css";
import { session, sessionExpired } from "./auth/session";
import { language, languageTag } from "./i18n";
import { type Route, route } from "./router";
import { ErrorBoundary } from "./shell/error-boundary";
import { ExpiredDialog } from "./shell/expired-dialog";
import { Header } from "./shell/header";
import { lazyView, ViewSkeleton } from "./shell/lazy-view";
import { t } from "./shell/messages";
import { useNavigationFocus } from "./shell/navigation";
import { Notices } from "./shell/notices";
import { Announcer } from "./ui/announce";
import { clearToasts, Toasts } from "./ui/toast";
import { SignInPage } from "./views/sign-in/sign-in-page";
import { UnknownPage } from "./views/unknown/unknown-page";

const PageDrop = lazyView(() => import("./views/sending/page-drop"), "over");
// the start page says that it takes drops
const Home = lazyView(async () => {
  const [home] = await Promise.all([import("./views/home"), PageDrop.preload()]);
  return { default: home.Home };
});
const VideoPage = lazyView(() => import("./views/video/video-page"));
const SettingsPage = lazyView(() => import("./views/settings/settings-page"));
const AdminPage = lazyView(() => import("./views/admin/admin-page"));

/** The whole page: landmarks, the current view, and what lies over it. */
export function App() {
  const user = session.value;
  const to = route.value;
  useDocument(user === null ? t("sign_in") : titleOf(to));
  useNavigationFocus();
  usePreload(user === null);
  useEffect(() => clearToasts, [user?.userId]);

  return (
    <>
      <a
        class="app-skip"
        href="#main"
        onClick={(event) => {
          // the address after # is the route
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        {t("skip")}
      </a>
      <Header />
      <Notices />
      <main class="app-main" id="main" tabIndex={-1}>
        {/* another user or view starts without the state, and the breakage, of the one before */}
        <ErrorBoundary key={`${user?.userId} ${to.view}`}>{user === undefined ? <ViewSkeleton /> : <View />}</ErrorBoundary>
      </main>
      {user && <PageDrop />}
      <Announcer />
      <Toasts />
      {sessionExpired.value && <ExpiredDialog />}
    </>
  );
}

function View() {
  const user = session.value;
  const to = route.value;
  if (!user) return <SignInPage />;
  switch (to.view) {
    case "home":
      return <Home />;
    case "video":
      return <VideoPage key={to.id} id={to.id} {...(to.user ? { user: to.user } : {})} />;
    case "settings":
      return <SettingsPage />;
    case "admin":
      return user.isAdmin ? <AdminPage /> : <UnknownPage />;
    default:
      return <UnknownPage />;
  }
}

/** Loads the library's code while the session is restored, or while a visitor fills in the form. */
function usePreload(isVisitor: boolean): void {
  useEffect(() => {
    // the picture and the form come first
    const timer = setTimeout(() => void Home.preload().catch(() => undefined), isVisitor ? 2000 : 0);
    return () => clearTimeout(timer);
  }, [isVisitor]);
}

function titleOf(to: Route): string {
  return t(to.view === "home" ? "library" : to.view);
}

/** Keeps the title of the tab and the document's language. A view may set a better title afterwards. */
function useDocument(title: string): void {
  const current = language.value;
  useLayoutEffect(() => {
    document.title = `${title} · framezip`;
  }, [title]);
  useLayoutEffect(() => {
    document.documentElement.lang = languageTag();
  }, [current]);
}
