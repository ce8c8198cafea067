import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/api";
import type { Desk } from "../src/desk";
import { askDossier, DossierButton, LANGUAGES, VERSIONS } from "../src/panels/dossier";
import { Picture } from "../src/picture";
import { aDesk, anIncident } from "./twin";

const dialog = () => document.querySelector("dialog")!;
const field = <K extends HTMLElement>(label: string) => dialog().querySelector<K>(`[aria-label="${label}"]`)!;
const choose = (label: string, value: string): void => {
  const select = field<HTMLSelectElement>(label);
  select.value = value;
  select.dispatchEvent(new Event("change"));
};

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function show() { this.open = true; };
  HTMLDialogElement.prototype.close = function close(value?: string) {
    this.returnValue = value ?? "";
    this.dispatchEvent(new Event("close"));
  };
});
afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

describe("a dossier that is asked for", () => {
  it("is for the public unless somebody says otherwise, and names nobody it is written to", async () => {
    const asked = askDossier();
    expect(field<HTMLSelectElement>("Version").value).toBe("public");
    expect(field("Addressee of the draft").parentElement!.hidden).toBe(true);
    dialog().close("yes");
    expect(await asked).toEqual({ version: "public", language: "", form: "zip", addressee: "" });
  });

  it("has an addressee where a letter goes with it", async () => {
    const asked = askDossier();
    choose("Version", "ministry");
    expect(field("Addressee of the draft").parentElement!.hidden).toBe(false);
    field<HTMLInputElement>("Addressee of the draft").value = " The Ministry ";
    choose("Language", "lt");
    dialog().close("yes");
    expect(await asked).toEqual({ version: "ministry", language: "lt", form: "zip", addressee: "The Ministry" });
  });

  it("is none when it is called off", async () => {
    const asked = askDossier();
    dialog().close("no");
    expect(await asked).toBeNull();
  });

  it("comes in four versions and seven languages", () => {
    expect(VERSIONS.map(([name]) => name)).toEqual(["public", "ministry", "allies", "full"]);
    expect(LANGUAGES.map(([name]) => name)).toEqual(["", "en", "lt", "lv", "et", "pl", "fi", "ro"]);
  });
});

describe("the button", () => {
  function button(more: Partial<Desk> = {}): { desk: Desk; made: DossierButton } {
    const picture = new Picture(() => 0);
    picture.apply({ clock: { now_s: 400, is_played: false }, incidents: [anIncident()] });
    const desk = aDesk(picture, [], { selection: { kind: "incident", id: "I-1" }, ...more });
    const made = new DossierButton(desk);
    made.render(picture.incidents.get("I-1"));
    return { desk, made };
  }

  it("is not there while the past is shown", () => {
    expect(button({ view: "replay" }).made.element.hidden).toBe(true);
    expect(button().made.element.hidden).toBe(false);
  });

  it("asks in the officer's name and gives the file to the browser", async () => {
    const fetched = vi.spyOn(api, "dossier").mockResolvedValue({ content: new Blob(["x"]), name: "night.zip" });
    URL.createObjectURL = () => "blob:night";
    const clicked: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function click(this: HTMLAnchorElement) { clicked.push(this.download); });
    const { made } = button({ asOfficer: async (send) => { await send("Ona"); return true; } });
    made.element.querySelector("button")!.click();
    dialog().close("yes");
    await vi.waitFor(() => expect(clicked).toEqual(["night.zip"]));
    expect(fetched).toHaveBeenCalledWith("I-1", { version: "public", language: "", form: "zip", addressee: "" }, "Ona");
  });
});
