import { messages } from "../../i18n";

/** Texts of the sign-in view and its form. */
export const t = messages({
  sentence: ["Drop a video, see its frames.", "Solte um vídeo e veja os quadros."],
  sheet: [
    "A contact sheet made by framezip: frames of one video in rows, in order of time.",
    "Uma folha de contato feita pelo framezip: quadros de um vídeo em fileiras, na ordem do tempo.",
  ],
  "heading.sign-in": ["Sign in", "Entrar"],
  "heading.sign-up": ["Create an account", "Criar uma conta"],
  "heading.confirm": ["Check your mail", "Confira seu e-mail"],
  "heading.forgot": ["Forgotten password", "Esqueci a senha"],
  "heading.reset": ["New password", "Nova senha"],
  email: ["E-mail", "E-mail"],
  password: ["Password", "Senha"],
  new_password: ["New password", "Nova senha"],
  show_password: ["Show password", "Mostrar senha"],
  hide_password: ["Hide password", "Esconder senha"],
  code: ["Code", "Código"],
  stay: ["Stay signed in", "Continuar conectado"],
  stay_hint: ["Only on a device of your own.", "Só em um aparelho seu."],
  code_sent: [
    "We sent a code to {to}. It may take a minute; check your spam folder, too.",
    "Enviamos um código para {to}. Pode levar um minuto; olhe também no spam.",
  ],
  not_confirmed: [
    "The address {to} is not confirmed yet. Enter the code from our mail, or get a new one.",
    "O e-mail {to} ainda não foi confirmado. Digite o código que enviamos, ou peça outro.",
  ],
  forgot_text: [
    "Enter your address, and we send you a code to choose a new password.",
    "Digite o seu e-mail e enviamos um código para escolher uma senha nova.",
  ],
  must_reset: [
    "This account needs a new password. Send yourself a code to choose one.",
    "Esta conta precisa de uma senha nova. Peça um código para escolher.",
  ],
  confirmed: ["Your address is confirmed. Now sign in.", "Seu e-mail foi confirmado. Agora é só entrar."],
  password_saved: ["Your new password is saved. Now sign in.", "Sua senha nova foi salva. Agora é só entrar."],
  "submit.sign-in": ["Sign in", "Entrar"],
  "submit.sign-up": ["Create account", "Criar conta"],
  "submit.confirm": ["Confirm", "Confirmar"],
  "submit.forgot": ["Send code", "Enviar código"],
  "submit.reset": ["Save password", "Salvar senha"],
  to_sign_up: ["Create an account", "Criar uma conta"],
  to_sign_in: ["Back to sign in", "Voltar ao login"],
  to_forgot: ["Forgotten password?", "Esqueceu a senha?"],
  resend: ["Send a new code", "Enviar outro código"],
  resend_wait: {
    one: ["New code in {count} second", "Outro código em {count} segundo"],
    other: ["New code in {count} seconds", "Outro código em {count} segundos"],
  },
  resent: ["A new code is on its way.", "Um novo código está a caminho."],
});
