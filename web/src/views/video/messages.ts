import { messages } from "../../i18n";

/** The texts of a video's page. */
export const t = messages({
  another: ["Send another file", "Enviar outro arquivo"],
  retryRuns: [
    "The frames of the last extraction, until the new one is ready.",
    "Os quadros da última extração, até a nova ficar pronta.",
  ],
  retryFailed: [
    "The frames of the last good extraction: the new one failed.",
    "Os quadros da última extração que deu certo: a nova falhou.",
  ],
  back: ["All videos", "Todos os vídeos"],
  loading: ["Loading the video…", "Carregando o vídeo…"],
  opening: ["Opening the frames…", "Abrindo os quadros…"],
  tryAgain: ["Try again", "Tentar de novo"],
  cancel: ["Cancel", "Cancelar"],

  missingTitle: ["This video is not here", "Este vídeo não está aqui"],
  missingText: [
    "It was deleted, it has expired, or it belongs to another account.",
    "Ele foi excluído, expirou ou é de outra conta.",
  ],
  unreachableTitle: ["The video could not be loaded", "Não foi possível carregar o vídeo"],

  awaiting_upload: ["Waiting for the file", "Aguardando o arquivo"],
  awaiting_uploadText: [
    "The file has not arrived yet. If it is being sent from another tab or device, the frames appear here by themselves.",
    "O arquivo ainda não chegou. Se ele está sendo enviado de outra aba ou aparelho, os quadros aparecem aqui sozinhos.",
  ],
  queued: ["In the queue", "Na fila"],
  queuedText: ["It starts in a moment. You can leave this page.", "Começa já já. Você pode sair desta página."],
  processing: ["Extracting frames", "Extraindo os quadros"],
  processingText: ["You can leave this page. The work goes on.", "Você pode sair desta página. O trabalho continua."],
  progress: ["{done} of {total} frames", "{done} de {total} quadros"],
  progressStarting: ["Looking at the video…", "Analisando o vídeo…"],
  ready: ["The frames are ready.", "Os quadros estão prontos."],
  failed: ["No frames could be made", "Não deu para extrair quadros"],

  zipGone: [
    "The zip is gone. Its storage removes zips after a while. Extract the frames again to see them.",
    "O zip não existe mais. Ele é removido depois de um tempo. Extraia os quadros de novo para vê-los.",
  ],
  zipRefused: [
    "The frames could not be fetched. The zip may have been removed. Try again, or extract the frames again.",
    "Não foi possível buscar os quadros. Talvez o zip tenha sido removido. Tente de novo ou extraia os quadros de novo.",
  ],
  zipUnreachable: [
    "The storage does not answer. Check your connection and try again.",
    "O armazenamento não responde. Confira a sua conexão e tente de novo.",
  ],
  zipUnreadable: [
    "The zip cannot be read here. Download it and open it on your device.",
    "Não dá para ler o zip aqui. Baixe e abra no seu aparelho.",
  ],
  zipChanged: [
    "The frames were extracted again. This is the new result.",
    "Os quadros foram extraídos de novo. Este é o novo resultado.",
  ],
  unsupported: [
    "This browser cannot show frames from inside a zip: it lacks {features}. Update it, or download the zip.",
    "Este navegador não mostra quadros de dentro de um zip: falta {features}. Atualize o navegador ou baixe o zip.",
  ],

  stage: ["Frame on the stage", "Quadro em destaque"],
  frameAlt: ["Frame {position} of {total} at {time}", "Quadro {position} de {total} em {time}"],
  frameFailed: ["This frame could not be loaded.", "Não foi possível carregar este quadro."],
  position: ["{position} of {total}", "{position} de {total}"],
  previous: ["Previous frame (←)", "Quadro anterior (←)"],
  next: ["Next frame (→)", "Próximo quadro (→)"],
  copyTime: ["Copy the time (C)", "Copiar o tempo (C)"],
  copied: ["{time} copied", "{time} copiado"],
  notCopied: ["The browser did not allow copying.", "O navegador não deixou copiar."],
  zoomIn: ["Full size (Z)", "Tamanho real (Z)"],
  zoomOut: ["Fit to the stage (Z)", "Ajustar à tela (Z)"],
  downloadFrame: ["Download this frame", "Baixar este quadro"],
  select: ["Select this frame (Space)", "Selecionar este quadro (Espaço)"],
  unselect: ["Take it out of the selection (Space)", "Tirar da seleção (Espaço)"],
  showKeys: ["Keyboard shortcuts (?)", "Atalhos do teclado (?)"],

  timeline: ["Timeline", "Linha do tempo"],
  warningAt: ["{time} · {message}", "{time} · {message}"],

  frames: ["Frames", "Quadros"],
  frameCount: {
    one: ["{count} frame", "{count} quadro"],
    other: ["{count} frames", "{count} quadros"],
  },
  gridLabel: {
    one: [
      "{count} frame. Space selects, Enter shows it large.",
      "{count} quadro. Espaço seleciona, Enter mostra em destaque.",
    ],
    other: [
      "{count} frames. Space selects, Enter shows one large.",
      "{count} quadros. Espaço seleciona, Enter mostra em destaque.",
    ],
  },
  cell: ["Frame {number}, {time}", "Quadro {number}, {time}"],
  selectAll: ["Select all", "Selecionar todos"],

  selection: ["Selection", "Seleção"],
  selected: {
    one: ["{count} frame selected", "{count} quadro selecionado"],
    other: ["{count} frames selected", "{count} quadros selecionados"],
  },
  clear: ["Clear", "Limpar"],
  download: ["Download", "Baixar"],
  saving: ["Reading {done} of {total}…", "Lendo {done} de {total}…"],
  saved: {
    one: ["{count} frame saved", "{count} quadro salvo"],
    other: ["{count} frames saved", "{count} quadros salvos"],
  },
  saveFailed: ["The download failed. Try again.", "O download falhou. Tente de novo."],
  saveCancelled: ["Download cancelled", "Download cancelado"],

  downloadAll: ["Download everything", "Baixar tudo"],
  moreActions: ["More actions", "Mais ações"],
  again: ["Again with other options…", "De novo com outras opções…"],
  openSheet: ["Open the contact sheet", "Abrir a folha de contato"],
  delete: ["Delete…", "Excluir…"],
  deleteTitle: ["Delete this video?", "Excluir este vídeo?"],
  deleteText: [
    "“{name}”, its frames and its zips are removed for good.",
    "“{name}”, os quadros e os zips são removidos de vez.",
  ],
  deleteConfirm: ["Delete", "Excluir"],
  deleted: ["“{name}” was deleted", "“{name}” foi excluído"],

  about: ["About this video", "Sobre este vídeo"],
  factLength: ["Length", "Duração"],
  factPicture: ["Picture", "Imagem"],
  factPictureValue: ["{width} × {height}, {rate} fps", "{width} × {height}, {rate} fps"],
  factPictureNoRate: ["{width} × {height}", "{width} × {height}"],
  factCodec: ["Codec", "Codec"],
  factFile: ["File", "Arquivo"],
  factFrames: ["Frames", "Quadros"],
  factZip: ["Zip", "Zip"],
  factOptions: ["Options", "Opções"],
  factCreated: ["Sent", "Enviado"],
  factExpires: ["Expires", "Expira"],
  factLink: ["Download link", "Link do download"],
  factLinkValue: [
    "Valid until {time}, renewed by itself while this page is open",
    "Válido até {time}, renovado sozinho enquanto esta página está aberta",
  ],
  warnings: {
    one: ["{count} warning", "{count} aviso"],
    other: ["{count} warnings", "{count} avisos"],
  },
});
