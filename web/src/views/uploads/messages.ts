import { messages } from "../../i18n";

/** Texts of the uploads in progress. */
export const t = messages({
  title: ["Uploads", "Envios"],
  progress: ["Upload of {name}", "Envio de {name}"],
  waiting: ["Waiting for its turn", "Aguardando a vez"],
  waiting_at: ["Waiting at {percent}", "Aguardando em {percent}"],
  joining: ["All has been sent. The server puts it together…", "Tudo enviado. O servidor está juntando as partes…"],
  starting: ["Starting…", "Começando…"],
  paused: ["Paused at {percent}", "Pausado em {percent}"],
  offline: ["No connection. It goes on by itself at {percent}.", "Sem conexão. Continua sozinho a partir de {percent}."],
  file_changed: [
    "This is another file, or it has changed. Choose the {name} that you began with.",
    "Este é outro arquivo, ou ele mudou. Escolha o mesmo {name} do início.",
  ],
  needs_file: [
    "Choose {name} to go on: {sent} of {bytes} have arrived.",
    "Escolha {name} para continuar: {sent} de {bytes} já chegaram.",
  ],
  needs_permission: [
    "Allow reading {name} to go on: {sent} of {bytes} have arrived.",
    "Permita a leitura de {name} para continuar: {sent} de {bytes} já chegaram.",
  ],
  elsewhere: ["Being sent in another tab", "Sendo enviado em outra aba"],
  arrived: ["Arrived. The frames are next.", "Chegou. Agora vêm os quadros."],
  left: ["about {time} left", "termina em cerca de {time}"],
  seconds: ["{seconds} s", "{seconds} s"],
  minutes: ["{minutes} min", "{minutes} min"],
  hours: ["{hours} h {minutes} min", "{hours} h {minutes} min"],
  pause: ["Pause {name}", "Pausar {name}"],
  go_on: ["Go on", "Continuar"],
  go_on_with: ["Go on with {name}", "Continuar {name}"],
  cancel: ["Cancel {name}", "Cancelar {name}"],
  remove: ["Remove {name}", "Remover {name}"],
  allow: ["Allow", "Permitir"],
  choose_again: ["Choose the file", "Escolher o arquivo"],
  choose_again_for: ["Choose the file: {name}", "Escolher o arquivo: {name}"],
  try_again: ["Try again", "Tentar de novo"],
  has_arrived: ["{name} has arrived.", "{name} chegou."],
  was_refused: ["{name} was not sent. {reason}", "{name} não foi enviado. {reason}"],
  cancel_title: ["Cancel this upload?", "Cancelar este envio?"],
  cancel_text: [
    "{sent} of {name} have arrived. They will be removed.",
    "{sent} de {name} já chegaram. Eles serão removidos.",
  ],
  cancel_confirm: ["Cancel the upload", "Cancelar o envio"],
  keep: ["Keep sending", "Continuar enviando"],
});
