/** The form to sign in, and the one to change one's password; what the server says stands below the fields. */

import { api, Refused } from "../api";
import { h } from "../dom";
import type { Me } from "../me";
import { rootUrl } from "../root";

/** Return where to go on: a path of this server, never another's address. */
export function nextOf(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  // "//host" and "/\host" are other servers to a browser; so is what only a base address can tell.
  return /^\/(?![/\\])/.test(next) && new URL(next, "http://here.invalid").host === "here.invalid" ? next : "/";
}

export class LoginCard {
  readonly element = h("section", { class: "login-card" });
  private readonly name = h("input", { name: "username", type: "text", required: true, maxlength: 64, autocomplete: "username", autocapitalize: "none", spellcheck: "false", autofocus: true });
  private readonly password = h("input", { name: "password", type: "password", required: true, maxlength: 256, autocomplete: "current-password" });
  private readonly problem = h("p", { class: "login-problem", role: "alert", hidden: true });
  private readonly caps = h("p", { class: "login-caps", role: "status", hidden: true }, "Caps Lock is on.");
  private readonly enter = h("button", { class: "primary", type: "submit" }, "Sign in");

  constructor(private readonly me: Me, private readonly goOn: () => void, refused: string) {
    this.element.append(head("Sign in to the watch"), me.name !== "" ? this.isIn() : this.form());
    if (refused !== "") this.say(refused);
    this.password.addEventListener("keyup", (event) => { this.caps.hidden = !event.getModifierState("CapsLock"); });
  }

  private form(): HTMLElement {
    const form = h("form", {}, h("label", {}, "Name", this.name), h("label", {}, "Password", this.password), this.caps, this.problem, this.enter);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.signIn();
    });
    const other = this.me.openid
      ? [h("div", { class: "login-or" }, "or"), h("a", { class: "quiet", href: rootUrl("login/oidc") }, `Sign in by ${this.me.openid}`)] : [];
    return h("div", {}, form, ...other, h("p", { class: "login-note" }, "Every decision is kept in the journal under the name with which you sign in. Who administers the watch gives you an account or a new password."));
  }

  private isIn(): HTMLElement {
    return h("div", {}, h("p", { class: "login-good" }, `You are signed in as ${this.me.name}.`),
      h("p", { class: "login-note" }, h("a", { class: "primary", href: "/" }, "To the desk")), new PasswordForm(this.me).element);
  }

  private async signIn(): Promise<void> {
    const [name, password] = [this.name.value.trim(), this.password.value];
    if (name === "" || password === "") return;
    this.enter.disabled = true;
    this.problem.hidden = true;
    try {
      await api.signIn(name, password);
      this.goOn();
    } catch (error) {
      this.say(words(error));
      this.password.select();
      this.password.focus();
    } finally {
      this.enter.disabled = false;
    }
  }

  private say(text: string): void {
    this.problem.textContent = text;
    this.problem.hidden = false;
  }
}

/** Two fields for another password; the session goes on, every other one of the account ends. */
class PasswordForm {
  readonly element: HTMLElement;
  private readonly old = h("input", { type: "password", required: true, maxlength: 256, autocomplete: "current-password" });
  private readonly fresh = h("input", { type: "password", required: true, minlength: 15, maxlength: 256, autocomplete: "new-password" });
  private readonly again = h("input", { type: "password", required: true, maxlength: 256, autocomplete: "new-password" });
  private readonly said = h("p", { role: "alert", hidden: true });
  private readonly give = h("button", { class: "quiet", type: "submit" }, "Change the password");

  constructor(me: Me) {
    const user = h("input", { type: "text", hidden: true, autocomplete: "username", value: me.name });
    const form = h("form", {}, user, h("div", { class: "login-or" }, "another password"), h("label", {}, "The one until now", this.old),
      h("label", {}, "The new one, at least 15 characters", this.fresh), h("label", {}, "Once more", this.again), this.said, this.give);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.change();
    });
    this.element = form;
  }

  private async change(): Promise<void> {
    if (this.fresh.value !== this.again.value) return this.say("That was not the same twice.", false);
    this.give.disabled = true;
    try {
      await api.changePassword(this.old.value, this.fresh.value);
      for (const input of [this.old, this.fresh, this.again]) input.value = "";
      this.say("Changed. Whoever was signed in with the old one must sign in again.", true);
    } catch (error) {
      this.say(words(error), false);
    } finally {
      this.give.disabled = false;
    }
  }

  private say(text: string, isGood: boolean): void {
    this.said.textContent = text;
    this.said.className = isGood ? "login-good" : "login-problem";
    this.said.hidden = false;
  }
}

function head(title: string): HTMLElement {
  return h("header", { class: "login-head" }, h("img", { src: rootUrl("icon.svg"), alt: "" }), h("div", {}, h("h1", {}, "Sargas"), h("p", {}, title)));
}

function words(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof Refused ? `${text.charAt(0).toUpperCase()}${text.slice(1)}.` : text;
}
