import "../css/fonts.css";
import "../css/themes.css";
import "../css/base.css";
import { dress } from "../look";
import "../css/panels.css";
import "../css/detail.css";
import "../css/shift.css";
import { api } from "../api";
import { h } from "../dom";
import { actAs, loadSettings } from "../settings";
import { ShiftPage } from "./page";

const RETRY_MS = 2_000;

async function start(root: HTMLElement): Promise<void> {
  let settings = loadSettings();
  dress(settings.theme);
  for (;;) {
    try {
      const me = await api.me();
      actAs(me.name);
      settings = loadSettings();
      return new ShiftPage(await api.desk(), settings, root, me).start();
    } catch (error) {
      root.replaceChildren(h("div", { class: "starting", role: "alert" }, h("strong", {}, "No connection to the watch"), h("span", {}, error instanceof Error ? error.message : String(error)), h("span", {}, "Trying again…")));
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

const root = document.getElementById("shift");
if (root !== null) void start(root);
