/** The keyboard: one key a deed; silent while someone types or a dialog is open. */

export interface KeyActions {
  acknowledge(): void;
  move(step: 1 | -1): void;
  comment(): unknown;
  disposition(): unknown;
  escape(): void;
  mute(): void;
  theme(): void;
  layers(): void;
  home(): void;
  follow(): void;
  search(): void;
  warning(): unknown;
  approve(): unknown;
  send(): unknown;
  area(): void;
  shelve(): unknown;
  pause(): void;
  help(): void;
}

export function actionOf(event: KeyboardEvent): ((actions: KeyActions) => unknown) | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  switch (event.key.length === 1 ? event.key.toLowerCase() : event.key) {
    case "a": return (on) => on.acknowledge();
    case "j": case "ArrowDown": return (on) => on.move(1);
    case "k": case "ArrowUp": return (on) => on.move(-1);
    case "c": return (on) => on.comment();
    case "d": return (on) => on.disposition();
    case "Escape": return (on) => on.escape();
    case "m": return (on) => on.mute();
    case "n": return (on) => on.theme();
    case "l": return (on) => on.layers();
    case "f": return (on) => on.follow();
    case "w": return (on) => on.search();
    case "v": return (on) => on.warning();
    case "p": return (on) => on.approve();
    case "s": return (on) => on.send();
    case "e": return (on) => on.area();
    case "z": return (on) => on.shelve();
    case "h": return (on) => on.home();
    case " ": return (on) => on.pause();
    case "?": return (on) => on.help();
    default: return null;
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

/** Listen to the keyboard; `first` may take a key before it means anything else. */
export function listenToKeys(actions: KeyActions, first: (event: KeyboardEvent) => boolean = () => false): void {
  window.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") !== null) return;
    const target = event.target;
    if (isTyping(target)) {
      if (event.key === "Escape" && target instanceof HTMLElement) target.blur();
      return;
    }
    if (first(event)) return event.preventDefault();
    // A focused button answers Space by itself; a repeated acknowledgement is never meant.
    if (event.key === " " && target instanceof HTMLButtonElement) return;
    if (event.repeat && !["j", "k", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    const action = actionOf(event);
    if (action === null) return;
    event.preventDefault();
    action(actions);
  });
}
