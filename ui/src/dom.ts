/** Small helpers that build the page; text from outside goes in as text, never as markup. */

type Child = Node | string | null | undefined | false;
interface Attributes {
  class?: string;
  title?: string;
  on?: Partial<{ [K in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[K]) => void }>;
  data?: Record<string, string>;
  aria?: Record<string, string>;
  [attribute: string]: unknown;
}

/** Return a new element with attributes, listeners and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = String(value);
    else if (name === "on") {
      for (const [type, listener] of Object.entries(value as object)) element.addEventListener(type, listener);
    } else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "aria") {
      for (const [key, text] of Object.entries(value as object)) element.setAttribute(`aria-${key}`, String(text));
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** Return an icon drawn from path data on a 24-unit grid, in the current text colour. */
export function icon(paths: string, options: { class?: string; fill?: boolean } = {}): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon ${options.class ?? ""}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", paths);
  if (options.fill) path.setAttribute("class", "filled");
  svg.append(path);
  return svg;
}

/** Switch off all that decides within an element, and say why; nothing changes where there is no reason. */
export function deny(element: Element, reason: string): void {
  if (reason === "") return;
  const own = element.matches("button") ? [element] : [];
  for (const control of [...own, ...element.querySelectorAll("button, input, select, textarea")] as HTMLButtonElement[]) {
    control.disabled = true;
    control.title = reason;
  }
}

/** Set the text only if it differs: the browser then has nothing to lay out. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setClass(element: Element, name: string, isOn: boolean): void {
  if (element.classList.contains(name) !== isOn) element.classList.toggle(name, isOn);
}

export function setData(element: HTMLElement, name: string, value: string): void {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/** Replace the children only when `key` differs from the last one: focus, scroll and selection survive. */
export function rebuild(element: HTMLElement, key: string, build: () => Child[]): void {
  if (element.dataset["built"] === key) return;
  element.dataset["built"] = key;
  element.replaceChildren(...build().filter((child): child is Node | string => Boolean(child)));
}
