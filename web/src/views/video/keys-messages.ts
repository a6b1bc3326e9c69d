import { messages } from "../../i18n";

/** The texts of the list of keys. */
export const keyTexts = messages({
  title: ["Keyboard shortcuts", "Atalhos do teclado"],
  move: ["One frame back or forward", "Um quadro para trás ou para a frente"],
  moveTen: ["Ten frames", "Dez quadros"],
  ends: ["First or last frame", "Primeiro ou último quadro"],
  rows: ["One row up or down, in the grid", "Uma linha para cima ou para baixo, na grade"],
  select: ["Select", "Selecionar"],
  range: ["Select from the last selected frame to this one", "Selecionar do último quadro marcado até este"],
  all: ["Select all, in the grid", "Selecionar todos, na grade"],
  place: ["Between stage and grid", "Entre o destaque e a grade"],
  download: ["Download the selection, or this frame", "Baixar a seleção ou este quadro"],
  copy: ["Copy the time", "Copiar o tempo"],
  zoom: ["Full size", "Tamanho real"],
  back: ["Back", "Voltar"],
  keys: ["This list", "Esta lista"],
  space: ["Space", "Espaço"],
  click: ["click", "clique"],
  or: ["or", "ou"],
});
