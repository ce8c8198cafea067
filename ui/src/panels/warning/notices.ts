/** What changed under the officer's hands: the sky moved on, or somebody else saved another draft. Both are shown; nobody undoes another. */

import { h, rebuild } from "../../dom";
import type { Desk } from "../../desk";
import { area as areaWords } from "../../plan/words";
import { opened, sizeM2 } from "../../warn/area";
import type { Notice } from "../../warn/sheet";
import type { WarningContent } from "../../warn/types";
import { levelBadge } from "../signs";
import { button } from "../search/section";
import type { Section, Shown } from "./section";

const sizeOf = (content: WarningContent): string => areaWords(sizeM2(opened(content.rings)));

export class Notices implements Section {
  readonly element = h("div", { class: "notices", role: "status", aria: { live: "polite" } });

  constructor(private readonly desk: Desk) {}

  render(shown: Shown): void {
    const notices = shown.pending === null && !shown.isPast ? shown.sheet.notices(shown.around) : [];
    const { edited } = shown.around.state;
    const isSaved = shown.sheet.origin(shown.around) === "saved" && shown.pending === null && !shown.isPast && edited != null;
    const mine = shown.sheet.mine;
    const key = JSON.stringify([notices, isSaved, edited?.time_s, mine !== null, mine !== null && notices.length > 0 ? [mine.level, mine.rings] : null]);
    rebuild(this.element, key, () => [
      ...notices.map((notice) => (notice.kind === "other" ? this.other(notice, shown) : this.sky(notice, shown))),
      isSaved ? this.saved(shown) : null,
    ]);
  }

  /** Two drafts side by side, and a choice. */
  private other(notice: Notice & { kind: "other" }, shown: Shown): HTMLElement {
    const who = notice.officer || "Somebody";
    const { content } = notice;
    const what = content === null ? `${who} gave the draft back to the watch meanwhile.` : `${who} saved another draft at ${this.desk.times.local(notice.timeS)}.`;
    return h("div", { class: "notice other" }, h("strong", {}, what),
      content === null || shown.sheet.mine === null ? null : h("div", { class: "versus" }, version(who, content, shown.sheet.mine), version("Yours", shown.sheet.mine, content)),
      h("div", { class: "inline" },
        button(content === null ? "Take the watch’s" : "Take theirs", () => this.settle(() => shown.sheet.drop())),
        button("Keep yours", () => this.settle(() => shown.sheet.keepOverOther(shown.around)))));
  }

  private sky(notice: Notice & { kind: "sky" }, shown: Shown): HTMLElement {
    const { content, isLevel } = notice;
    return h("div", { class: `notice moved ${isLevel ? content.level : ""}` },
      h("strong", {}, isLevel ? "The sky has changed since: the watch now says " : "The sky has changed since. ", isLevel ? levelBadge(content.level) : null),
      h("span", {}, `The watch now draws ${sizeOf(content)}; yours is ${sizeOf(shown.content ?? content)}.`),
      h("div", { class: "inline" },
        isLevel ? button("Take all of it", () => this.settle(() => shown.sheet.takeWatch(shown.around))) : null,
        button("Take the new area", () => this.settle(() => shown.sheet.takeArea(shown.around))),
        button("Keep mine", () => this.settle(() => shown.sheet.keepThroughSky(shown.around)))));
  }

  private saved(shown: Shown): HTMLElement {
    const { edited } = shown.around.state;
    const { draft } = shown.around;
    return h("div", { class: "notice saved" },
      h("span", {}, `As ${edited?.officer ?? "an officer"} saved it at ${this.desk.times.local(edited?.time_s ?? NaN)}.${draft === null ? "" : ` The watch itself draws ${sizeOf(draft.content)} now.`}`),
      h("div", { class: "inline" }, button("Follow the sky again", () => this.desk.warning.followSky())));
  }

  private settle(choose: () => void): void {
    choose();
    this.desk.warnings.problem = "";
    this.desk.redraw();
  }
}

/** Return one draft in short: its level, size and headline, and whether its words are others than of the one beside it. */
function version(title: string, content: WarningContent, beside: WarningContent): HTMLElement {
  const differing = content.texts.filter((text) => JSON.stringify(text) !== JSON.stringify(beside.texts.find((one) => one.language === text.language)));
  const shown = differing[0] ?? content.texts[0];
  return h("div", {}, h("span", { class: "dim" }, title), levelBadge(content.level), h("span", { class: "num" }, sizeOf(content)),
    h("span", { lang: shown?.language }, shown?.headline ?? ""),
    h("span", { class: "dim" }, differing.length === 0 ? "the same words" : `other words: ${differing.map((text) => text.language.toUpperCase()).join(", ")}`));
}
