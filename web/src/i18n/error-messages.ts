import { messages } from "./index";

/** Texts for calls that failed, by the code of the problem. */
export const problemMessages = messages({
  offline: [
    "No answer from the server. Check your connection and try again.",
    "O servidor não respondeu. Confira sua conexão e tente de novo.",
  ],
  storage: [
    "The file could not be stored after several tries. Check your connection, then try again.",
    "Não foi possível guardar o arquivo, mesmo com várias tentativas. Confira sua conexão e tente de novo.",
  ],
  unknown: ["Something went wrong. Try again.", "Algo deu errado. Tente de novo."],
  internal: [
    "Something went wrong on the server. Try again in a moment.",
    "Algo deu errado no servidor. Tente de novo daqui a pouco.",
  ],
  internal_with_id: [
    "Something went wrong on the server. Try again in a moment. If it happens again, report this number: {id}",
    "Algo deu errado no servidor. Tente de novo daqui a pouco. Se acontecer outra vez, informe este número: {id}",
  ],
  invalid_request: ["The server did not accept a value.", "O servidor não aceitou um dos valores."],
  unauthorized: ["You are signed out. Sign in again.", "Sua sessão terminou. Entre de novo."],
  forbidden: ["Only administrators may do this.", "Só administradores podem fazer isso."],
  not_found: ["This no longer exists. It may have been deleted.", "Isto não existe mais. Talvez tenha sido excluído."],
  not_finished: [
    "This video is still being processed. Wait until it is ready.",
    "Este vídeo ainda está sendo processado. Espere até ficar pronto.",
  ],
  source_gone: [
    "The server no longer has the video file. Send the file again.",
    "O servidor não tem mais o arquivo do vídeo. Envie o arquivo de novo.",
  ],
  upload_over: ["All of this video has already arrived.", "Este vídeo já chegou por inteiro."],
  upload_incomplete: ["Parts of the file have not arrived yet.", "Ainda faltam partes do arquivo."],
  too_many_videos: [
    "You have as many unfinished videos as the server allows. Wait until some are ready, or delete some.",
    "Você já tem o máximo de vídeos em andamento. Espere alguns ficarem prontos ou exclua alguns.",
  ],
  too_large: ["The file is larger than the server allows.", "O arquivo é maior do que o servidor permite."],
  unsupported_media_type: ["The server did not understand the request.", "O servidor não entendeu o pedido."],
  idempotency_key_reused: [
    "This was already sent with other values. Reload the page and try again.",
    "Isto já foi enviado com outros valores. Recarregue a página e tente de novo.",
  ],
  webhook_off: [
    "The webhook is off. Make a new secret or save another address to switch it on.",
    "O webhook está desligado. Crie um segredo novo ou salve outro endereço para ligar.",
  ],
  not_resendable: ["This event cannot be sent again now.", "Este evento não pode ser enviado de novo agora."],
  rate_limited: {
    one: ["You did this too often. Try again in a minute.", "Você fez isso vezes demais. Tente de novo em um minuto."],
    other: [
      "You did this too often. Try again in {count} minutes.",
      "Você fez isso vezes demais. Tente de novo em {count} minutos.",
    ],
  },
  throttled: {
    one: [
      "Too many requests at once. Try again in {count} second.",
      "Pedidos demais ao mesmo tempo. Tente de novo em {count} segundo.",
    ],
    other: [
      "Too many requests at once. Try again in {count} seconds.",
      "Pedidos demais ao mesmo tempo. Tente de novo em {count} segundos.",
    ],
  },
  unavailable: {
    one: [
      "The server is busy. Try again in {count} second.",
      "O servidor está ocupado. Tente de novo em {count} segundo.",
    ],
    other: [
      "The server is busy. Try again in {count} seconds.",
      "O servidor está ocupado. Tente de novo em {count} segundos.",
    ],
  },
});

/** Reasons why a video failed, and what its owner can do about each. */
export const failureMessages = messages({
  not_a_video: ["This file is not a video.", "Este arquivo não é um vídeo."],
  "advice.not_a_video": ["Check that you chose the right file.", "Confira se você escolheu o arquivo certo."],
  no_video_stream: ["This file has sound but no picture.", "Este arquivo tem som, mas não tem imagem."],
  "advice.no_video_stream": ["Choose the file with the picture.", "Escolha o arquivo que tem a imagem."],
  unsupported_codec: [
    "The pictures are stored in a form that we cannot read.",
    "As imagens estão gravadas em um formato que não conseguimos ler.",
  ],
  "advice.unsupported_codec": [
    "Convert the video, for example to MP4 with H.264, and send it again.",
    "Converta o vídeo, por exemplo para MP4 com H.264, e envie de novo.",
  ],
  encrypted: ["This video is copy-protected.", "Este vídeo tem proteção contra cópia."],
  "advice.encrypted": ["Send a copy without protection.", "Envie uma cópia sem proteção."],
  corrupt_video: [
    "The file is too damaged to read a single frame.",
    "O arquivo está tão danificado que não dá para ler nenhum quadro.",
  ],
  "advice.corrupt_video": [
    "Copy the file again from its source and send it once more.",
    "Copie o arquivo de novo da origem e envie outra vez.",
  ],
  no_frames_in_range: ["The options choose no frame of this video.", "As opções não escolhem nenhum quadro deste vídeo."],
  "advice.no_frames_in_range": [
    "Try again with other times, or without a start and an end.",
    "Tente de novo com outros tempos, ou sem início e fim.",
  ],
  too_long: ["The video is too long for this server.", "O vídeo é longo demais para este servidor."],
  "advice.too_long": [
    "Try again with a shorter range or without scenes, or send a shorter video.",
    "Tente de novo com um trecho menor ou sem cenas, ou envie um vídeo mais curto.",
  ],
  too_large: ["The file is larger than the server allows.", "O arquivo é maior do que o servidor permite."],
  "advice.too_large": ["Send a smaller file.", "Envie um arquivo menor."],
  too_many_frames: ["The options choose more frames than the server allows.", "As opções escolhem quadros demais."],
  "advice.too_many_frames": ["Try again with fewer frames.", "Tente de novo com menos quadros."],
  too_many_pixels: ["The pictures are larger than the server allows.", "As imagens são maiores do que o servidor permite."],
  "advice.too_many_pixels": ["Send the video in a lower resolution.", "Envie o vídeo em uma resolução menor."],
  upload_mismatch: [
    "The file that arrived is not the one that you chose.",
    "O arquivo que chegou é diferente do que você escolheu.",
  ],
  "advice.upload_mismatch": ["Send the file again.", "Envie o arquivo de novo."],
  upload_expired: ["The file did not arrive in time.", "O arquivo não chegou a tempo."],
  "advice.upload_expired": ["Send the file again.", "Envie o arquivo de novo."],
  cancelled: ["The extraction was cancelled.", "A extração foi cancelada."],
  "advice.cancelled": ["Try again whenever you like.", "Tente de novo quando quiser."],
  internal: ["Something went wrong on the server.", "Algo deu errado no servidor."],
  "advice.internal": [
    "Try again. If it fails again, contact the operator of this server.",
    "Tente de novo. Se falhar outra vez, avise quem cuida deste servidor.",
  ],
});
