import "../css/fonts.css";
import "../css/themes.css";
import "../css/base.css";
import "../css/wall.css";
import { api, checkSignedIn } from "../api";
import { h } from "../dom";
import { Times } from "../format";
import { Picture } from "../picture";
import { Stream } from "../stream";
import { Screen } from "./screen";

const RETRY_MS = 2_000;
const FRAME_MS = 250;

/** Keep the screen on where the browser lets a page ask for that. */
async function stayAwake(): Promise<void> {
  if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => undefined);
}

/** Draw the wall for good: nobody stands before it who could press anything. */
async function start(root: HTMLElement): Promise<void> {
  const theme = new URLSearchParams(location.search).get("theme");
  if (theme === "day") document.documentElement.dataset["theme"] = "day";
  for (;;) {
    try {
      const info = await api.desk();
      const [picture, times] = [new Picture(), new Times(info.country)];
      const screen = new Screen(info, times);
      root.replaceChildren(screen.element);
      const stream = new Stream(api.streamUrl("live"), (update) => picture.apply(update), (link) => {
        // A watch that was started anew may bring another page: it is fetched without anybody's hand.
        if (link === "up") void api.desk().then((now) => now.version !== info.version && location.reload()).catch(() => undefined);
      }, () => void checkSignedIn());
      window.setInterval(() => screen.render({ picture, link: stream.link, quietMs: performance.now() - stream.lastHeardMs, times, home: info.country }), FRAME_MS);
      document.addEventListener("visibilitychange", () => void stayAwake());
      return await stayAwake();
    } catch (error) {
      root.replaceChildren(h("div", { class: "starting", role: "alert" }, h("strong", {}, "No connection to the watch"), h("span", {}, error instanceof Error ? error.message : String(error)), h("span", {}, "Trying again…")));
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

const root = document.getElementById("wall");
if (root !== null) void start(root);
