/** The steps at the foot of a warning: approve, send, withdraw, save; always in reach, each with its key. */

import { h, rebuild, setText } from "../../dom";
import type { Desk } from "../../desk";
import { LEVEL_WORD } from "../../levelwords";
import { isApproved } from "../../warn/types";
import { approvalLine } from "../../warn/words";
import type { Section, Shown } from "./section";

const NOTHING = { label: "", key: "", title: "" };

export class Steps implements Section {
  private readonly exercise = h("div", { class: "steps-exercise" }, "EXERCISE: every channel marks it so");
  private readonly state = h("p", { class: "steps-state", role: "status" });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly main = h("button", { class: "primary", type: "button" });
  private readonly save: HTMLButtonElement;
  private readonly drop: HTMLButtonElement;
  private readonly withdraw: HTMLButtonElement;
  readonly element: HTMLElement;
  private shown: Shown | null = null;

  constructor(private readonly desk: Desk) {
    this.main.addEventListener("click", () => void (this.isToSend() ? desk.warning.send() : desk.warning.approve()));
    this.save = h("button", { class: "quiet", type: "button", title: "Let the other screens see it; it is not approved by that", on: { click: () => void desk.warning.save() } }, "Save");
    this.drop = h("button", { class: "quiet", type: "button", title: "Throw away what was not saved", on: { click: () => this.dropMine() } }, "Drop");
    this.withdraw = h("button", { class: "quiet", type: "button", on: { click: () => void desk.warning.withdraw() } }, "Withdraw");
    this.element = h("footer", { class: "steps" }, this.exercise, this.state, this.problem, h("div", { class: "buttons" }, this.save, this.drop, this.withdraw, this.main));
    this.exercise.hidden = !desk.info.is_exercise;
  }

  private isToSend(): boolean {
    return this.shown?.pending != null && isApproved(this.shown.pending);
  }

  render(shown: Shown): void {
    this.shown = shown;
    const { content, pending, isPast, sheet } = shown;
    const { warnings } = this.desk;
    setText(this.state, this.stateLine(shown));
    setText(this.problem, warnings.problem);
    const isDraft = pending === null && content !== null && !isPast;
    this.save.hidden = this.drop.hidden = !isDraft || sheet.mine === null;
    this.withdraw.hidden = pending === null || isPast;
    const { label, key, title } = this.step(shown);
    this.main.hidden = label === "";
    this.main.disabled = warnings.isBusy;
    this.main.title = title;
    this.main.className = shown.isNews || pending !== null ? `primary ${this.isToSend() && content !== null ? content.level : ""}` : "quiet main";
    rebuild(this.main, `${label} ${key}`, () => [label, key === "" ? null : h("kbd", {}, key)]);
  }

  private step({ content, pending, isPast }: Shown): { label: string; key: string; title: string } {
    if (isPast || content === null) return NOTHING;
    const what = content.level === "white" ? "all-clear" : LEVEL_WORD[content.level];
    if (pending === null) return { label: `Approve ${what}`, key: "P", title: "Approve it as it stands here; nothing leaves yet" };
    if (isApproved(pending)) return { label: `Send ${what} to the public`, key: "S", title: "Send it on every channel" };
    const isOwn = pending.approvals?.some(({ officer }) => officer === this.desk.settings.officer) ?? false;
    return isOwn ? NOTHING : { label: `Approve ${what} too`, key: "P", title: "Approve it as the second officer" };
  }

  private stateLine({ content, pending, sheet, around, incident, isNews }: Shown): string {
    if (pending !== null) return approvalLine(pending, this.desk.times);
    if (content === null) return incident.status === "closed" ? "The incident is closed." : "There is nothing to warn of now.";
    if (!isNews) return content.level === "white" ? "The public has the all-clear." : "The public has been told this. The draft goes on with the sky.";
    const needed = this.desk.info.approvals_needed ?? 1;
    const origin = { mine: "Changed by you, not saved.", saved: `Saved by ${around.state.edited?.officer ?? "an officer"}.`, watch: "The watch’s own draft; it follows the sky." }[sheet.origin(around)];
    return `${origin}${needed > 1 ? ` ${needed} officers must approve it.` : ""}`;
  }

  private dropMine(): void {
    this.shown?.sheet.drop();
    this.desk.warnings.problem = "";
    this.desk.redraw();
  }
}
