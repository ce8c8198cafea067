/** The screens that cover the map: who you are, the sectors, what was searched, the path, and what the phone keeps. */

import { h, icon } from "../dom";
import { distance, percent } from "../format";
import { distanceM } from "../geo";
import { ASSET_KINDS, type AssetKind, type Sector } from "../plan/types";
import { area, byRank, capital, chance, hours, tier } from "../plan/words";
import { ICONS } from "../panels/signs";
import { words } from "../format";
import type { Field } from "./field";
import type { Letter } from "./outbox";
import { lots, pathsOf, walkedM } from "./path";
import type { Photo } from "./photo";

type Done<T> = (value: T | null) => void;

/** Show a screen until it gives a value; null if it is left. */
export function screen<T>(title: string, build: (done: Done<T>) => (Node | null)[], className = ""): Promise<T | null> {
  return new Promise((resolve) => {
    let value: T | null = null;
    const dialog = h("dialog", { class: `screen ${className}`, aria: { label: title } });
    const done: Done<T> = (given) => {
      value = given;
      dialog.close();
    };
    const back = h("button", { class: "screen-back", type: "button", aria: { label: "Back to the map" }, on: { click: () => done(null) } }, icon(ICONS.back));
    dialog.append(h("header", { class: "screen-head" }, back, h("h2", {}, title)), h("div", { class: "screen-body" }, ...build(done).filter((node) => node !== null)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(value);
    });
    document.body.append(dialog);
    dialog.showModal();
    // A phone's keyboard must not jump up over the first field by itself.
    back.focus();
  });
}

export function big(label: string, onClick: () => unknown, className = "", note = ""): HTMLButtonElement {
  return h("button", { class: `big ${className}`, type: "button", on: { click: () => void onClick() } }, h("span", {}, label), note ? h("small", {}, note) : null);
}

export function askWho(field: Field): Promise<{ name: string; asset: AssetKind } | null> {
  return screen("Who are you?", (done) => {
    const name = h("input", { type: "text", maxlength: 64, autocomplete: "name", placeholder: "Name, or call sign", aria: { label: "Your name" } });
    name.value = field.searcher.name;
    let asset = field.searcher.asset;
    const kinds = ASSET_KINDS.map((kind) => {
      const choice = big(capital(words(kind)), () => {
        asset = kind;
        for (const other of kinds) other.setAttribute("aria-pressed", String(other === choice));
      });
      choice.setAttribute("aria-pressed", String(kind === asset));
      return choice;
    });
    return [
      h("p", {}, "Your name stands beside what you report, in the search's journal."), name, h("h3", {}, "How do you search?"), h("div", { class: "grid" }, ...kinds),
      big("That is me", () => (name.value.trim() === "" ? name.focus() : done({ name: name.value.trim(), asset })), "primary"),
    ];
  });
}

export function chooseSector(field: Field): Promise<string | null> {
  return screen("Sectors", (done) => {
    const sectors = [...(field.plan?.sectors ?? [])].sort(byRank);
    if (sectors.length === 0) return [h("p", {}, field.plan === null ? "The map of the search is not here yet." : "The search has no sectors.")];
    const at = field.where.fix?.at;
    const away = (sector: Sector): number => (at === undefined ? 0 : distanceM(at, [sector.lon_deg, sector.lat_deg]));
    const list = h("div", { class: "sector-list" });
    const fill = (order: readonly Sector[]): void => list.replaceChildren(...order.map((sector) => h(
      "button", { class: `sector-item ${sector.name === field.chosen ? "is-on" : ""}`, type: "button", on: { click: () => done(sector.name) } },
      h("span", { class: `rank tier-${tier(sector.rank)}` }, String(sector.rank)),
      h("span", { class: "sector-text" }, h("strong", {}, sector.name), h("small", {}, `${area(sector.area_m2)}, ${sector.cover}${sector.pod > 0.005 ? `, searched ${percent(sector.pod)}` : ""}`)),
      h("span", { class: "sector-text end" }, h("span", { class: "num" }, chance(sector.poc)), h("small", { class: "num" }, at === undefined ? hours(sector.hours) : distance(away(sector)))),
    )));
    fill(sectors);
    const sorted = (isNear: boolean, button: HTMLElement): void => {
      for (const other of order.children) other.classList.toggle("is-on", other === button);
      fill(isNear ? [...sectors].sort((a, b) => away(a) - away(b)) : sectors);
    };
    const [best, near] = [h("button", { type: "button", class: "is-on" }, "Best first"), h("button", { type: "button", disabled: at === undefined }, "Nearest first")];
    const order = h("div", { class: "segments" }, best, near);
    best.addEventListener("click", () => sorted(false, best));
    near.addEventListener("click", () => sorted(true, near));
    return [order, list];
  });
}

/** Ask how long a sector was searched, and tell it. */
export async function markSearched(field: Field, sector: Sector): Promise<void> {
  if (!(await field.knowsWho())) return;
  const spent = await screen<number>(`${sector.name} searched`, (done) => {
    let halves = Math.max(1, Math.round(2 * (field.recorder.hours() > 0.25 ? field.recorder.hours() : sector.hours)));
    const value = h("output", { class: "stepper-value" });
    const step = (by: number): void => {
      halves = Math.min(96, Math.max(1, halves + by));
      value.textContent = `${halves / 2} h`;
    };
    step(0);
    return [
      h("p", {}, `You searched sector ${sector.name} and found nothing. How long, all in all?`),
      h("div", { class: "stepper" }, big("−", () => step(-1)), value, big("+", () => step(1))),
      h("p", { class: "sub" }, `As ${words(field.searcher.asset)}. The map is then worked out anew: an hour of searching lowers the sector, it does not strike it out.`),
      big(`Mark ${sector.name} as searched`, () => done(halves / 2), "primary"),
    ];
  });
  if (spent === null) return;
  // The outline goes along: a sector that is not ordered yet may have another one by then.
  await field.tell({ action: "mark_searched", asset: field.searcher.asset, sector: sector.name, ring: sector.ring, hours: spent }, `${sector.name} searched, ${spent} h`);
}

export async function finishPath(field: Field): Promise<void> {
  const { recorder } = field;
  const paths = pathsOf(recorder.fixes);
  const choice = await screen<"send" | "drop">("Your path", (done) => [
    h("p", { class: "figure" }, h("strong", {}, distance(walkedM(recorder.fixes))), ` in ${hours(recorder.hours())}`),
    h("p", {}, paths.length === 0 ? "Too little was recorded to draw a path: the phone had no good position, or it slept." : "Your path tells what was looked over: that ground is then less likely, the rest more."),
    paths.length === 0 ? null : big("Send it as searched", () => done("send"), "primary", "It stays on the phone until there is signal."),
    paths.length === 0 ? null : h("p", { class: "sub" }, "Send the path or mark the sector, not both: the same work would count twice."),
    big("Go on recording", () => done(null)),
    big("Throw it away", () => done("drop"), "quiet-danger"),
  ]);
  if (choice === null) return;
  if (choice === "send") {
    if (!(await field.knowsWho())) return;
    const letters = lots(paths);
    for (const [i, lot] of letters.entries()) {
      const part = letters.length === 1 ? "" : `, part ${i + 1} of ${letters.length}`;
      const isSafe = await field.tell({ action: "mark_searched", asset: field.searcher.asset, sector: field.chosen, paths: lot, text: `A phone's path${part}` }, `Path of ${distance(walkedM(recorder.fixes))}${part}`);
      if (!isSafe) return;
    }
  }
  await recorder.finish();
  field.refresh();
}

const STATE_WORDS: Record<Letter["state"], string> = { waiting: "waiting", sent: "sent", refused: "not taken" };

export async function menu(field: Field, onForget: () => Promise<void>): Promise<void> {
  const photos = await field.shelf.all<Photo>("photos");
  const urls: string[] = [];
  const letters = h("div", { class: "letters" });
  let shown: string | null = null;
  const fill = (): void => {
    const states = field.outbox.letters.map((letter) => `${letter.id} ${letter.state}`).join();
    if (states === shown) return;
    shown = states;
    letters.replaceChildren(...[...field.outbox.letters].reverse().map((letter) => letterRow(field, letter, fill)));
  };
  fill();
  // They go out while one looks.
  const filling = window.setInterval(fill, 500);
  await screen("This phone", (done) => {
    const linkTo = (photo: Photo): string => {
      urls.push(URL.createObjectURL(photo.file));
      return urls.at(-1)!;
    };
    const { searcher } = field;
    return [
      h("h3", {}, "Who"), big(searcher.name || "Say who you are", () => { done(null); void askWho(field).then((who) => who && field.setSearcher(who)); }, "", searcher.name ? words(searcher.asset) : ""),
      h("h3", {}, "What you reported"), field.outbox.letters.length === 0 ? h("p", { class: "sub" }, "Nothing yet.") : letters,
      photos.length === 0 ? null : h("h3", {}, "Photographs on this phone"),
      photos.length === 0 ? null : h("div", { class: "photos" }, ...photos.map((photo) => h("a", { href: linkTo(photo), download: photo.name }, h("img", { src: urls.at(-1), alt: `Photograph of ${new Date(photo.takenMs).toLocaleString()}` }), h("small", {}, photo.sha256 ? `SHA-256 ${photo.sha256.slice(0, 12)}…` : "no fingerprint")))),
      h("h3", {}, "Without signal"), h("p", { class: "sub" }, offlineWords(field)),
      big(searcher.theme === "night" ? "Light page, for daylight" : "Dark page, for the night", () => { field.setSearcher({ theme: searcher.theme === "night" ? "day" : "night" }); done(null); }),
      big("Fetch the newest map", () => { field.refresh(); done(null); }),
      big("Forget everything on this phone", async () => { if (await confirmForget(field)) { done(null); await onForget(); } }, "quiet-danger"),
    ];
  });
  window.clearInterval(filling);
  for (const url of urls) URL.revokeObjectURL(url);
}

function letterRow(field: Field, letter: Letter, onChange: () => void): HTMLElement {
  const act = (isTriedAgain: boolean) => async (): Promise<void> => {
    await field.outbox.settle(letter, isTriedAgain);
    onChange();
    if (isTriedAgain) field.refresh();
  };
  return h("div", { class: `letter ${letter.state}` },
    h("div", { class: "letter-head" }, h("strong", {}, letter.title), h("span", {}, STATE_WORDS[letter.state])),
    h("small", {}, new Date(letter.madeMs).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }), letter.reason ? `. The server said: ${letter.reason}` : ""),
    letter.state !== "refused" ? null : h("div", { class: "buttons" }, h("button", { class: "quiet", type: "button", on: { click: () => void act(true)() } }, "Try again"), h("button", { class: "quiet", type: "button", on: { click: () => void act(false)() } }, "Take away")));
}

function offlineWords(field: Field): string {
  if (!field.shelf.isLasting) return "This browser keeps nothing (a private window?): what is not sent is lost when the page is closed.";
  if (field.offline === "ready") return "Ready: this page opens without signal too, and what you report waits on the phone.";
  if (field.offline === "insecure") return "This page was not opened over https: keep it open, it cannot be opened again without signal. What you report waits on the phone.";
  return field.offline === "failed" ? "This browser could not prepare it: keep the page open. What you report waits on the phone." : "Getting ready…";
}

async function confirmForget(field: Field): Promise<boolean> {
  const nWaiting = field.outbox.waiting().length;
  const answer = await screen<boolean>("Forget everything?", (done) => [
    h("p", {}, nWaiting === 0 ? "The maps, your reports, your path and the photographs on this phone are deleted. What was sent stays with the search leader." : `${nWaiting} reports were not sent yet. They would be lost, and so would the photographs.`),
    big("Keep it", () => done(false), "primary"), big("Forget it", () => done(true), "quiet-danger"),
  ]);
  return answer === true;
}
