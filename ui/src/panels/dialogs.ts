/** The few questions that the page asks: who is on watch, and whether a person really means hostile. */

import { h } from "../dom";
import type { Times } from "../format";
import type { Me } from "../me";
import { rootUrl } from "../root";

/** Ask in a dialog; true if it was confirmed with everything filled in that has to be. */
export function ask(title: string, body: Node[], confirmText: string, className = ""): Promise<boolean> {
  return new Promise((done) => {
    const form = h("form", { method: "dialog" },
      h("h2", {}, title), ...body,
      h("div", { class: "buttons" }, h("button", { class: "quiet", value: "no", type: "submit", formnovalidate: true }, "Cancel"), h("button", { class: `primary ${className}`, value: "yes", type: "submit" }, confirmText)),
    );
    const dialog = h("dialog", {}, form);
    dialog.addEventListener("close", () => {
      done(dialog.returnValue === "yes");
      dialog.remove();
    });
    // Enter in a field presses the form's first button, which is Cancel: it must confirm.
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
        event.preventDefault();
        if (form.reportValidity()) dialog.close("yes");
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Return the officer's name, null if they would not give one. */
export async function askOfficer(current: string): Promise<string | null> {
  const input = h("input", { type: "text", required: true, maxlength: 64, autocomplete: "name", placeholder: "Rank and name", autofocus: true });
  input.value = current;
  const isGiven = await ask("Who is on watch?", [
    h("p", {}, "Every decision is kept in the journal with a name. This browser remembers yours."), input,
  ], "Go on watch");
  const name = input.value.trim();
  return isGiven && name !== "" ? name : null;
}

/** Tell as whom one is signed in, and until when; true if it is to end now. */
export function askSignOut(me: Me, times: Times): Promise<boolean> {
  const until = me.ends_s == null ? "" : ` until ${times.local(me.ends_s)} (${times.date(me.ends_s)})`;
  return ask(me.full_name || me.name, [
    h("p", {}, `Signed in as ${me.name}${until}: ${(me.roles ?? []).join(", ")}. Every decision is kept in the journal under this name.`),
    h("p", {}, h("a", { href: rootUrl("login"), target: "_blank", rel: "noopener" }, "Change the password")),
  ], "Sign out");
}

export function confirmOrder(nSectors: number): Promise<boolean> {
  return ask("Order the search?", [
    h("p", {}, `From then on the ${nSectors} sectors keep their names and outlines, however the map changes: teams on the way can rely on them. It is kept in the journal under your name.`),
  ], "Order the search");
}

export function confirmEnd(): Promise<boolean> {
  return ask("End the search without a find?", [
    h("p", {}, "A new order opens it again. It is kept in the journal under your name."),
  ], "End the search");
}

export function confirmHostile(trackId: number): Promise<boolean> {
  return ask(`Mark track ${trackId} hostile?`, [
    h("p", {}, "The program never does this by itself. It will be kept in the journal under your name."),
  ], "Mark hostile", "danger");
}
