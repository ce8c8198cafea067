/** The strip that says that the session is over: nothing on the page is lost, and one signs in beside it. */

import { h } from "./dom";
import { loginUrl } from "./me";

const ASK_MS = 3_000;
let strip: HTMLElement | null = null;

/** Show the strip until `isBack` says that somebody is signed in again; the page itself stays as it is. */
export function tellSignedOut(isBack: () => Promise<boolean>): void {
  if (strip !== null) return;
  strip = h("div", { class: "signed-out", role: "alert" }, h("strong", {}, "SIGNED OUT"), h("span", {}, "Your session is over. What you see is old, and nothing that you do is kept until you sign in. What you have written here stays."),
    h("a", { class: "primary", href: loginUrl(), target: "_blank" }, "Sign in"));
  document.body.append(strip);
  document.body.classList.add("is-signed-out");
  document.documentElement.style.setProperty("--signed-out", `${strip.offsetHeight}px`);
  const asking = window.setInterval(() => void isBack().then((is) => {
    if (!is) return;
    window.clearInterval(asking);
    strip?.remove();
    strip = null;
    document.body.classList.remove("is-signed-out");
  }).catch(() => undefined), ASK_MS);
}
