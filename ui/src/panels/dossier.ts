/** The dossier of an incident: asked for in a version, a language and a form, and saved where the browser saves things. */

import { api } from "../api";
import { selectedIncident, type Desk } from "../desk";
import { deny, h, setText } from "../dom";
import { may } from "../me";
import type { Incident } from "../model";
import { ask } from "./dialogs";

export const VERSIONS = [
  ["public", "For the public", "No sensors, no officers, places rounded; evidence that is for everybody."],
  ["ministry", "For another ministry", "With a draft note that asks the other state for an explanation; officers by number, no sites of sensors."],
  ["allies", "For allies", "With a draft of what is asked of them; sensors by number, their figures left out."],
  ["full", "Full", "Everything, with the entries of the record: for your own service, a prosecutor or a court."],
] as const;
export const LANGUAGES = [
  ["", "The country's, with English"], ["en", "English"], ["lt", "Lithuanian"], ["lv", "Latvian"], ["et", "Estonian"],
  ["pl", "Polish"], ["fi", "Finnish"], ["ro", "Romanian"],
] as const;
const FORMS = [["zip", "ZIP: with data, evidence, proof"], ["pdf", "PDF: the document alone"]] as const;
const WITH_LETTER = ["ministry", "allies"];

export interface Ordered {
  version: string;
  language: string;
  form: string;
  addressee: string;
}

const labelled = (label: string, ...inputs: Node[]): HTMLElement => h("label", { class: "field column" }, h("span", {}, label), ...inputs);
const choice = (label: string, options: readonly (readonly [string, string, string?])[]): HTMLSelectElement =>
  h("select", { aria: { label } }, ...options.map(([value, words]) => h("option", { value }, words)));

/** Return which dossier is wanted, null if none is. */
export async function askDossier(): Promise<Ordered | null> {
  const version = choice("Version", VERSIONS);
  const language = choice("Language", LANGUAGES);
  const form = choice("Form", FORMS);
  const addressee = h("input", { type: "text", maxlength: 200, placeholder: "Ministry of Foreign Affairs of …", aria: { label: "Addressee of the draft" } });
  const about = h("p", { class: "sub" });
  const letter = labelled("Draft is addressed to", addressee);
  const fit = (): void => {
    setText(about, VERSIONS.find(([name]) => name === version.value)?.[2] ?? "");
    letter.hidden = !WITH_LETTER.includes(version.value);
  };
  version.addEventListener("change", fit);
  fit();
  const isGiven = await ask("Export a dossier", [h("div", { class: "file-form" },
    labelled("For whom", version), about, labelled("Language", language), labelled("Form", form), letter,
    h("p", { class: "sub" }, "What is left out follows the version's rules, and the dossier says how much it is. Who takes evidence away is in the journal."))], "Export");
  return isGiven ? { version: version.value, language: language.value, form: form.value, addressee: letter.hidden ? "" : addressee.value.trim() } : null;
}

/** Give a file to the browser, to keep. */
export function keep(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export class DossierButton {
  readonly element = h("div", { class: "buttons dossier" });
  private readonly button = h("button", { class: "quiet", type: "button" }, "Export a dossier…");
  private readonly state = h("span", { class: "sub", role: "status" });
  private isMaking = false;

  constructor(private readonly desk: Desk) {
    this.button.addEventListener("click", () => void this.export());
    this.element.append(this.button, this.state);
  }

  render(incident: Incident | undefined): void {
    this.element.hidden = incident === undefined || this.desk.view === "replay";
    this.button.disabled = this.isMaking;
    setText(this.state, this.isMaking ? "The incident's entries are run again; this may take a minute." : "");
    if (!may(this.desk.me, "investigate")) deny(this.button, `You are signed in as ${this.desk.me.name}, who may not work on files.`);
  }

  private async export(): Promise<void> {
    const incident = selectedIncident(this.desk);
    const ordered = incident === undefined ? null : await askDossier();
    if (incident === undefined || ordered === null) return;
    await this.desk.asOfficer(async (officer) => {
      this.making(true);
      try {
        const { content, name } = await api.dossier(incident.incident_id, ordered, officer);
        keep(content, name);
        this.desk.say(`${name} is ready.`);
      } finally {
        this.making(false);
      }
    });
  }

  private making(isMaking: boolean): void {
    this.isMaking = isMaking;
    this.desk.redraw();
  }
}
