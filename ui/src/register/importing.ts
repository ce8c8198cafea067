/** Records from a file: first what would come of it is shown, then a person takes them in. */

import { api } from "../api";
import { h } from "../dom";
import type { Imported } from "./types";

const MAX_BYTES = 16 * 1_024 * 1_024;

const counts = ({ n_new, n_changed, n_same, n_refused }: Imported): string => `${n_new} new, ${n_changed} changed, ${n_same} as they are, ${n_refused} refused`;

/** Open a dialog for a file; `done` hears that records were taken. */
export function importDialog(officer: string, file: File | null, done: () => void): void {
  const input = h("input", { type: "file", accept: ".csv,.geojson,.json,text/csv,application/geo+json", aria: { label: "File of records" } });
  const said = h("p", { role: "status" }, "A CSV or GeoJSON file as this page writes it, from a neighbour or your own records. First you see what would come of it.");
  const refusals = h("ul", { class: "refusals" });
  const name = h("input", { type: "text", maxlength: 64, value: officer, placeholder: "Rank and name" });
  const take = h("button", { class: "primary", type: "submit", disabled: true }, "Take in");
  const cancel = h("button", { class: "quiet", type: "button" }, "Cancel");
  const form = h("form", { method: "dialog" }, h("h2", {}, "Take records in"), said, input, refusals, h("label", { class: "field column" }, h("span", {}, "Who takes them in"), name), h("div", { class: "buttons" }, cancel, take));
  const dialog = h("dialog", { class: "import-dialog" }, form);
  let chosen: File | null = null;
  const fail = (error: unknown): void => {
    said.textContent = error instanceof Error ? error.message : String(error);
    take.disabled = true;
  };
  const look = async (picked: File): Promise<void> => {
    chosen = picked;
    take.disabled = true;
    refusals.replaceChildren();
    if (picked.size > MAX_BYTES) return fail(new Error(`The file is larger than ${MAX_BYTES / 1_048_576} MB.`));
    said.textContent = `Reading ${picked.name}…`;
    const found = await api.importRegister(picked, "", true);
    said.textContent = `${picked.name}: ${counts(found)}.`;
    refusals.replaceChildren(...found.refused.slice(0, 30).map((why) => h("li", {}, why)));
    take.disabled = found.n_new + found.n_changed === 0;
    take.textContent = take.disabled ? "Nothing to take in" : `Take ${found.n_new + found.n_changed} in`;
  };
  input.addEventListener("change", () => {
    const picked = input.files?.[0];
    if (picked) look(picked).catch(fail);
  });
  cancel.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = chosen;
    if (file === null) return;
    if (name.value.trim() === "") return name.focus();
    take.disabled = true;
    api.importRegister(file, name.value.trim(), false).then(() => {
      dialog.close();
      done();
    }, fail);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  if (file !== null) look(file).catch(fail);
}

/** Ask why a record is struck out, and by whom. */
export function strikeDialog(title: string, officer: string, strike: (officer: string, text: string) => Promise<unknown>): void {
  const name = h("input", { type: "text", maxlength: 64, required: true, value: officer, placeholder: "Rank and name" });
  const why = h("textarea", { rows: 3, maxlength: 2_000, required: true, placeholder: "Why" });
  const said = h("p", { role: "alert" });
  const cancel = h("button", { class: "quiet", type: "button" }, "Cancel");
  const form = h("form", { method: "dialog" }, h("h2", {}, "Strike out of the register"), h("p", { class: "why" }, title), h("label", { class: "field column" }, h("span", {}, "Why"), why), h("label", { class: "field column" }, h("span", {}, "Who"), name), said,
    h("div", { class: "buttons" }, cancel, h("button", { class: "primary danger", type: "submit" }, "Strike out")));
  const dialog = h("dialog", {}, form);
  cancel.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    strike(name.value.trim(), why.value.trim()).then(() => dialog.close(), (error: unknown) => { said.textContent = error instanceof Error ? error.message : String(error); });
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  why.focus();
}
