/** The one question of a warning: why an all-clear is given although something speaks against it. */

import { h } from "../../dom";
import { ask } from "../dialogs";

/** Return the officer's reason, null if they would not give the all-clear after all. */
export async function askOverride(against: readonly string[]): Promise<string | null> {
  const reason = h("textarea", { rows: 3, required: true, maxlength: 2_000, placeholder: "Why it is safe all the same", aria: { label: "Reason" }, autofocus: true });
  const isGiven = await ask("Give the all-clear all the same?", [
    h("ul", { class: "why" }, ...against.map((line) => h("li", {}, line))),
    h("p", {}, "The reason is kept in the journal under your name and stands beside the all-clear."), reason,
  ], "Approve the all-clear", "danger");
  const text = reason.value.trim();
  return isGiven && text !== "" ? text : null;
}
