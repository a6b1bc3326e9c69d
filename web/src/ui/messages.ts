import { messages } from "../i18n";

/** Texts of the components themselves. */
export const t = messages({
  close: ["Close", "Fechar"],
  notifications: ["Notifications", "Avisos"],
});
