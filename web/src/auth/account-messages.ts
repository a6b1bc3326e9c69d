import { messages } from "../i18n";

/** Texts for what Cognito refuses. */
export const t = messages({
  unknown: ["That did not work. Try again in a moment.", "Não deu certo. Tente de novo daqui a pouco."],
  email_missing: ["Enter your e-mail address.", "Digite o seu e-mail."],
  email_wrong: ["This is not an e-mail address.", "Isto não é um e-mail válido."],
  password_missing: ["Enter a password.", "Digite uma senha."],
  password_rule: [
    "Use at least 12 characters, with a small letter, a capital letter and a digit.",
    "Use pelo menos 12 caracteres, com letra minúscula, letra maiúscula e número.",
  ],
  code_missing: ["Enter the code from the mail.", "Digite o código que veio no e-mail."],
  wrong_password: ["The e-mail address or the password is wrong.", "E-mail ou senha incorretos."],
  no_such_user: ["There is no account with this e-mail address.", "Não existe conta com este e-mail."],
  user_exists: [
    "There is already an account with this e-mail address. Sign in instead.",
    "Já existe uma conta com este e-mail. Entre com ela.",
  ],
  disabled: ["This account is disabled. Ask the operator of this server.", "Esta conta está desativada. Fale com quem cuida deste servidor."],
  no_reset: [
    "No code can be sent for this account. Ask the operator of this server.",
    "Não dá para enviar um código para esta conta. Fale com quem cuida deste servidor.",
  ],
  no_sign_up: [
    "No accounts can be created on this server. Ask its operator for one.",
    "Não dá para criar contas neste servidor. Peça uma a quem cuida dele.",
  ],
  code_mismatch: ["This is not the code that we sent. Check the latest mail.", "Não é o código que enviamos. Confira o último e-mail."],
  code_expired: ["This code has expired. Send a new one.", "Este código expirou. Peça outro."],
  code_not_sent: [
    "The mail could not be sent. Check the address and try again.",
    "Não conseguimos enviar o e-mail. Confira o endereço e tente de novo.",
  ],
  too_many_attempts: [
    "Too many attempts. Wait a quarter of an hour and try again.",
    "Tentativas demais. Espere uns 15 minutos e tente de novo.",
  ],
  locale_not_saved: [
    "The language of your mails could not be saved. Choose it again in a moment.",
    "Não foi possível salvar o idioma dos seus e-mails. Escolha de novo daqui a pouco.",
  ],
  challenge: [
    "This account needs another step that this page does not have ({name}).",
    "Esta conta precisa de mais um passo que esta página não tem ({name}).",
  ],
});
