import { messages } from "../../i18n";

/** Texts of the drop zone and of the files that are about to be sent. */
export const t = messages({
  drop_large: ["Drop your videos here", "Solte seus vídeos aqui"],
  drop_large_hint: [
    "or choose them. Any length, any format: we pick the frames and give you a zip.",
    "ou escolha no aparelho. Qualquer duração, qualquer formato: separamos os quadros e devolvemos um zip.",
  ],
  touch_large: ["Choose your videos", "Escolha seus vídeos"],
  touch_large_hint: [
    "Any length, any format: we pick the frames and give you a zip.",
    "Qualquer duração, qualquer formato: separamos os quadros e devolvemos um zip.",
  ],
  drop_bar: ["Drop videos anywhere, paste them, or", "Solte ou cole vídeos em qualquer lugar, ou"],
  choose: ["Choose videos", "Escolher vídeos"],
  choose_folder: ["Choose a folder", "Escolher uma pasta"],
  drop_now: ["Drop to add", "Solte para adicionar"],
  zone: ["Send videos", "Enviar vídeos"],
  unreadable_drop: [
    "That could not be read. Choose the files instead.",
    "Não conseguimos ler isso. Escolha os arquivos pelo botão.",
  ],
  title: { one: ["One video to send", "Um vídeo para enviar"], other: ["{count} videos to send", "{count} vídeos para enviar"] },
  chosen: { one: ["One video chosen.", "Um vídeo escolhido."], other: ["{count} videos chosen.", "{count} vídeos escolhidos."] },
  other_files: {
    one: ["{names} is not a video and was left out.", "{names} não é um vídeo e ficou de fora."],
    other: [
      "{count} files in the folder are not videos and were left out: {names}.",
      "{count} arquivos da pasta não são vídeos e ficaram de fora: {names}.",
    ],
  },
  empty_files: {
    one: ["{names} is empty and was left out.", "{names} está vazio e ficou de fora."],
    other: ["{count} files are empty and were left out: {names}.", "{count} arquivos estão vazios e ficaram de fora: {names}."],
  },
  cut: [
    "Only the first {count} files of a folder are taken at once.",
    "Só os primeiros {count} arquivos de uma pasta são aceitos por vez.",
  ],
  and_more: ["{names} and {count} more", "{names} e mais {count}"],
  nothing_found: ["No videos were found there.", "Nenhum vídeo foi encontrado ali."],
  dismiss: ["OK", "OK"],
  looking: ["Looking inside…", "Dando uma olhada…"],
  on_server: ["We will look at it on the server.", "Vamos olhar no servidor."],
  unknown_length: ["length unknown", "duração desconhecida"],
  remove: ["Remove {name}", "Remover {name}"],
  send: { one: ["Send video", "Enviar vídeo"], other: ["Send {count} videos", "Enviar {count} vídeos"] },
  discard: ["Discard all", "Descartar tudo"],
  sent: {
    one: ["One video is being sent.", "Um vídeo está sendo enviado."],
    other: ["{count} videos are being sent.", "{count} vídeos estão sendo enviados."],
  },
  frames: { one: ["≈ one frame", "≈ um quadro"], other: ["≈ {count} frames", "≈ {count} quadros"] },
  frames_most: { one: ["at most one frame", "no máximo um quadro"], other: ["at most {count} frames", "no máximo {count} quadros"] },
  size: ["≈ {size}", "≈ {size}"],
  size_part: {
    one: ["≈ {size} without one video", "≈ {size} sem contar um vídeo"],
    other: ["≈ {size} without {count} videos", "≈ {size} sem contar {count} vídeos"],
  },
  size_unknown: ["size not known yet", "tamanho ainda desconhecido"],
  depends_scenes: [
    "One frame for each scene. Their number is known afterwards.",
    "Um quadro por cena. O total só se sabe depois.",
  ],
  depends_keyframes: [
    "One frame for each keyframe of the file, usually every few seconds.",
    "Um quadro para cada quadro-chave do arquivo, em geral a cada poucos segundos.",
  ],
  depends_length: ["The number of frames follows the length, which the server will find.", "O número de quadros depende da duração, que o servidor vai descobrir."],
  plus_unknown: {
    one: ["plus one video of unknown length", "mais um vídeo de duração desconhecida"],
    other: ["plus {count} videos of unknown length", "mais {count} vídeos de duração desconhecida"],
  },
  name_times: ["Write the times of the frames.", "Digite os tempos dos quadros."],
  check_options: ["Check the marked options.", "Confira as opções marcadas."],
  too_many: [
    "{names}: more than 50,000 frames, which the server refuses. Choose fewer, or a shorter range.",
    "{names}: mais de 50.000 quadros, o que o servidor recusa. Escolha menos quadros ou um trecho menor.",
  ],
  no_frames: [
    "{names}: the options choose no frame. The range may lie after the end.",
    "{names}: as opções não escolhem nenhum quadro. O trecho pode estar depois do fim.",
  ],
  everything_limit: [
    "Every frame that is on screen for at least 1/{rate} s.",
    "Todo quadro que fica na tela por pelo menos 1/{rate} s.",
  ],
  retry_title: ["Extract again: {name}", "Extrair de novo: {name}"],
  retry: ["Extract again", "Extrair de novo"],
  retry_hint: [
    "The present frames stay until the new ones are ready.",
    "Os quadros atuais ficam até os novos ficarem prontos.",
  ],
  retry_queued: ["{name} is in the queue again.", "{name} está na fila de novo."],
  cancel: ["Cancel", "Cancelar"],
});
