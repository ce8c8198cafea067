/** The words of a warning, a tab for each language, as they will leave. */

import { h, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import { languageName } from "../../warn/words";
import type { WarningText } from "../../warn/types";
import type { Section, Shown } from "./section";

type Field = keyof Omit<WarningText, "language">;
const FIELDS: readonly (readonly [Field, string, number, number])[] = [
  ["headline", "Headline", 2, 160], ["instruction", "What to do", 4, 4_000], ["description", "What is known", 4, 4_000], ["area", "Where", 2, 1_000],
];

export class Texts implements Section {
  private readonly tabs = h("div", { class: "segments", role: "tablist", aria: { label: "Language" } });
  private readonly inputs = new Map<Field, HTMLTextAreaElement>();
  private readonly counts = new Map<Field, HTMLElement>();
  private readonly body = h("div", { class: "warning-texts", role: "tabpanel" });
  readonly element = h("section", { aria: { label: "Words" } }, this.tabs, this.body);
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    for (const [field, label, rows, maxlength] of FIELDS) {
      const input = h("textarea", { rows, maxlength, aria: { label } });
      input.addEventListener("input", () => this.write(field, input.value));
      const count = h("span", { class: "num dim" });
      this.inputs.set(field, input);
      this.counts.set(field, count);
      this.body.append(h("label", { class: "field column" }, h("span", { class: "field-head" }, label, count), input));
    }
    this.tabs.addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.step(event);
    });
  }

  render(shown: Shown): void {
    this.shown = shown;
    const { content } = shown;
    this.element.hidden = content === null;
    if (content === null) return;
    const text = this.text(content.texts);
    rebuild(this.tabs, JSON.stringify([content.texts.map((one) => one.language), text?.language]), () => content.texts.map(({ language }) => h("button", {
      type: "button", role: "tab", class: language === text?.language ? "is-on" : "", tabindex: language === text?.language ? 0 : -1, title: languageName(language),
      aria: { selected: String(language === text?.language) }, on: { click: () => this.choose(language) },
    }, `${languageName(language)}`)));
    this.body.lang = text?.language ?? "";
    for (const [field, , , maxlength] of FIELDS) {
      const input = this.inputs.get(field)!;
      const value = text?.[field] ?? "";
      // What is being typed is not pulled from under the hand.
      if (input.value !== value && (document.activeElement !== input || shown.isFrozen || shown.sheet.mine === null)) input.value = value;
      input.readOnly = shown.isFrozen;
      const isNear = value.length > maxlength * 0.9;
      this.counts.get(field)!.textContent = isNear ? `${value.length} of ${maxlength}` : "";
    }
  }

  private text(texts: readonly WarningText[]): WarningText | undefined {
    return texts.find((one) => one.language === this.desk.warnings.language) ?? texts[0];
  }

  private choose(language: string): void {
    this.desk.warnings.language = language;
    this.desk.redraw();
  }

  private step(event: KeyboardEvent): void {
    const texts = this.shown?.content?.texts ?? [];
    const at = texts.indexOf(this.text(texts)!);
    const next = texts[(at + (event.key === "ArrowRight" ? 1 : -1) + texts.length) % texts.length];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(next.language);
    this.tabs.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  private write(field: Field, value: string): void {
    if (this.shown === null || this.shown.content === null || this.shown.isFrozen) return;
    const text = this.text(this.shown.content.texts);
    if (text === undefined) return;
    this.shown.sheet.changeText(this.shown.around, text.language, { [field]: value });
    this.desk.redraw();
  }
}
