import "../css/fonts.css";
import "../css/themes.css";
import "../css/base.css";
import "../css/login.css";
import { api } from "../api";
import { h } from "../dom";
import { loadSettings } from "../settings";
import { LoginCard, nextOf } from "./form";

const RETRY_MS = 2_000;

async function start(root: HTMLElement): Promise<void> {
  document.documentElement.dataset["theme"] = loadSettings().theme;
  const asked = new URLSearchParams(location.search);
  for (;;) {
    try {
      const me = await api.me();
      if (me.is_open) return location.replace("/");
      const card = new LoginCard(me, () => location.replace(nextOf(location.search)), asked.get("refused") ?? "");
      root.replaceChildren(card.element);
      card.element.querySelector<HTMLElement>("input:not([hidden])")?.focus();
      return;
    } catch (error) {
      root.replaceChildren(h("div", { class: "starting", role: "alert" }, h("strong", {}, "No connection to the watch"), h("span", {}, error instanceof Error ? error.message : String(error)), h("span", {}, "Trying again…")));
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

const root = document.getElementById("login");
if (root !== null) void start(root);
