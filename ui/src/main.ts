import "./css/fonts.css";
import "./css/themes.css";
import "./css/base.css";
import "./look";
import "./css/panels.css";
import "./css/detail.css";
import "./css/search.css";
import "./css/warning.css";
import "./css/file.css";
import "./css/phone.css";
import { api } from "./api";
import { h } from "./dom";
import { Page } from "./page";
import { actAs } from "./settings";

const RETRY_MS = 2_000;

/** Wait for the server to say what this desk is; until then, say so. */
async function start(root: HTMLElement): Promise<void> {
  for (;;) {
    try {
      const me = await api.me();
      actAs(me.name);
      const page = new Page(await api.desk(), root, me);
      return void page.openMap();
    } catch (error) {
      console.error(error);
      root.replaceChildren(h("div", { class: "starting", role: "alert" },
        h("strong", {}, "No connection to the watch"), h("span", {}, error instanceof Error ? error.message : String(error)), h("span", {}, "Trying again…")));
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

const root = document.getElementById("desk");
if (root !== null) void start(root);
