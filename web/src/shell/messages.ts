import { messages } from "../i18n";

/** Texts around the views. */
export const t = messages({
  skip: ["Skip to the content", "Ir para o conteúdo"],
  nav: ["Main", "Principal"],
  library: ["Library", "Biblioteca"],
  settings: ["Settings", "Ajustes"],
  admin: ["Admin", "Admin"],
  video: ["Video", "Vídeo"],
  sign_in: ["Sign in", "Entrar"],
  unknown: ["Page not found", "Página não encontrada"],
  account: ["Account, language and theme", "Conta, idioma e tema"],
  appearance: ["Language and theme", "Idioma e tema"],
  sign_out: ["Sign out", "Sair"],
  theme_system: ["Theme of the device", "Tema do aparelho"],
  theme_light: ["Light", "Claro"],
  theme_dark: ["Dark", "Escuro"],
  busy: ["The server is busy. The page goes on by itself", "O servidor está ocupado. A página continua sozinha"],
  busy_seconds: {
    one: ["in {count} second.", "em {count} segundo."],
    other: ["in {count} seconds.", "em {count} segundos."],
  },
  offline: [
    "You are offline. Everything goes on by itself once you are connected again.",
    "Você está sem internet. Tudo continua sozinho quando a conexão voltar.",
  ],
  unreachable: [
    "The server does not answer. Trying again by itself…",
    "O servidor não responde. Tentando de novo…",
  ],
  loading: ["Loading…", "Carregando…"],
  reload: ["Reload", "Recarregar"],
  chunk_title: ["This part of the page did not load", "Esta parte da página não carregou"],
  chunk_text: [
    "The connection may have failed, or there is a newer version of the page. Reloading helps in both cases; uploads go on where they were.",
    "A conexão pode ter falhado, ou existe uma versão mais nova da página. Recarregar resolve os dois casos, e os envios continuam de onde estavam.",
  ],
  broken_title: ["Something broke on this page", "Algo deu errado nesta página"],
  broken_text: [
    "That is our mistake. Your videos are safe, and uploads go on where they were after reloading.",
    "O erro é nosso. Seus vídeos estão a salvo, e os envios continuam de onde estavam depois de recarregar.",
  ],
  expired_title: ["Sign in again", "Entre de novo"],
  expired_text: [
    "Your session has ended. Nothing is lost: after signing in, everything goes on here.",
    "Sua sessão terminou. Nada se perdeu: depois de entrar, tudo continua aqui.",
  ],
});
