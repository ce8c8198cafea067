/** "Found something": one thing at a time, the danger first; at its end a letter that waits until there is signal. */

import { h } from "../dom";
import { FOUND, type Found } from "../plan/types";
import { hazardLine } from "../plan/words";
import { mgrs } from "../plan/mgrs";
import type { Field } from "./field";
import { keepPhoto, type Photo } from "./photo";
import { big, screen } from "./screens";

/** Where no plan is there yet, keep as far away as from the largest thing that may lie there. */
const HAZARD_M = 500;
const HAZARD = "It may explode when it is touched or moved. Go no nearer. Go back the way you came.";
const FOUND_WORDS: Record<Found, [string, string]> = {
  wreck: ["A wreck", "most of an aircraft"], part: ["A part", "a wing, an engine, a piece"], crater: ["A crater", "or burnt ground"],
  explosive: ["Explosive", "a warhead, ammunition"], other: ["Something else", ""],
};
const ABOUT_M = [20, 50, 200];

export async function guide(field: Field): Promise<void> {
  if (!(await warn(field))) return;
  const photo = await photograph(field);
  if (photo === null) return;
  const what = await ask();
  if (what === null) return;
  const at = await field.pickPlace("Move the map until the cross lies on the find", field.where.fix?.at ?? null);
  if (at === null || !(await field.knowsWho())) return;
  const sent = await confirm(field, what, photo.photo, at);
  if (sent === null) return;
  const { kind, text } = what;
  await field.tell({
    action: "report_find", what: kind, lon_deg: Number(at[0].toFixed(7)), lat_deg: Number(at[1].toFixed(7)), sd_m: sent.sdM, is_it: false, photo_sha256: photo.photo?.sha256 ?? "", text,
  }, `Found: ${FOUND_WORDS[kind][0].toLowerCase()}`);
  if (photo.photo !== null) {
    const title = `Photograph of the find: ${FOUND_WORDS[kind][0].toLowerCase()}`;
    await field.tell({ action: "add_evidence", kind: "photo", title, text }, title, photo.photo.id);
  }
}

async function warn(field: Field): Promise<boolean> {
  const metres = field.plan?.hazard_m ?? HAZARD_M;
  const isRead = await screen<true>("Found something", (done) => [
    h("div", { class: "stop", role: "alert" }, h("strong", {}, "DO NOT TOUCH"), h("p", {}, hazardLine(metres).replace("Do not touch. ", "")), h("p", {}, field.plan?.hazard || HAZARD)),
    h("p", {}, "Keep everybody away. Then report it here: the search leader decides what happens next."),
    h("div", { class: "screen-actions" }, h("a", { class: "big", href: "tel:112" }, "Call 112"), big("I keep away: report it", () => done(true), "primary")),
  ], "danger");
  return isRead === true;
}

function photograph(field: Field): Promise<{ photo: Photo | null } | null> {
  return screen<{ photo: Photo | null }>("1 of 4: photograph", (done) => {
    const input = h("input", { type: "file", accept: "image/*", capture: "environment", class: "sr-only", aria: { label: "Take a photograph" } });
    const shown = h("div", { class: "photo" });
    const go = big("Go on without one", () => done({ photo: null }));
    let url = "";
    input.addEventListener("change", () => void take());
    async function take(): Promise<void> {
      const file = input.files?.[0];
      if (file === undefined) return;
      shown.replaceChildren(h("p", { class: "sub" }, "Keeping it…"));
      try {
        const photo = await keepPhoto(field.shelf, file, Date.now());
        if (url) URL.revokeObjectURL(url);
        url = URL.createObjectURL(file);
        shown.replaceChildren(h("img", { src: url, alt: "The photograph" }), h("p", { class: "sub" }, photo.sha256
          ? `Kept on this phone. It goes to the incident's file when there is signal, with its fingerprint: SHA-256 ${photo.sha256.slice(0, 16)}…`
          : "Kept on this phone. It goes to the incident's file when there is signal; it has no fingerprint until then: this page was not opened over https."));
        go.replaceWith(big("Go on", () => done({ photo }), "primary"));
      } catch (error) {
        shown.replaceChildren(h("p", { class: "sub" }, `The phone could not keep it: ${error instanceof Error ? error.message : String(error)}. It may still be in your gallery.`));
      }
    }
    return [
      h("p", {}, "Photograph it only if you see it from where you are safe. Zoom in; do not walk closer, and do not go back for it."), input,
      big("Take a photograph", () => input.click(), "primary"), shown, go,
      h("p", { class: "sub" }, "The photograph is kept on this phone, and goes to the incident's file when there is signal. Your report does not wait for it."),
    ];
  });
}

function ask(): Promise<{ kind: Found; text: string } | null> {
  return screen<{ kind: Found; text: string }>("2 of 4: what is it?", (done) => {
    const text = h("textarea", { rows: 2, maxlength: 2_000, placeholder: "What it looks like: size, colour, letters on it", aria: { label: "What it looks like" } });
    return [text, h("p", { class: "sub" }, "From what you can see from afar:"), ...FOUND.map((kind) => big(FOUND_WORDS[kind][0], () => done({ kind, text: text.value.trim() }), "", FOUND_WORDS[kind][1]))];
  });
}

function confirm(field: Field, what: { kind: Found; text: string }, photo: Photo | null, at: [number, number]): Promise<{ sdM: number } | null> {
  return screen<{ sdM: number }>("4 of 4: send it", (done) => {
    let sdM = ABOUT_M[1]!;
    const about = h("div", { class: "segments" }, ...ABOUT_M.map((metres) => h("button", { type: "button", class: metres === sdM ? "is-on" : "", on: { click: (event) => {
      sdM = metres;
      for (const other of about.children) other.classList.toggle("is-on", other === event.currentTarget);
    } } }, `± ${metres} m`)));
    const facts: [string, string][] = [
      ["What", FOUND_WORDS[what.kind][0]], ["Where", mgrs(at[1], at[0])], ["Looks like", what.text || "not said"], ["Photograph", photo === null ? "none" : "goes after the report"], ["From", field.searcher.name],
    ];
    return [
      h("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      h("p", { class: "sub" }, "How exact is the place?"), about,
      big("Send it", () => done({ sdM }), "primary", field.isOnline ? "" : "No signal: it waits on the phone and goes out by itself."),
      h("p", { class: "sub" }, "The search leader decides whether it is what you look for."),
    ];
  });
}
