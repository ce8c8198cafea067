import { beforeEach, describe, expect, it, vi } from "vitest";
import { deny, h } from "../src/dom";
import { LoginCard, nextOf } from "../src/login/form";
import { ANYBODY, denial, loginUrl, proof } from "../src/me";

const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
const nobody = { is_open: false, name: "" };

describe("where one goes on after signing in", () => {
  it("is a path of this server", () => {
    expect(nextOf("?next=%2Fshift%3Fa%3D1")).toBe("/shift?a=1");
    expect(nextOf("")).toBe("/");
  });
  it.each(["//evil.example/", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "evil", "/\t/evil.example"])("is never %s", (next) => {
    expect(nextOf(`?${new URLSearchParams({ next })}`)).toBe("/");
  });
  it("leads back to the page that was left", () => {
    expect(loginUrl({ pathname: "/search/I-1", search: "?a=b" })).toBe("/login?next=%2Fsearch%2FI-1%3Fa%3Db");
  });
});

describe("the proof of a change", () => {
  it("is the session's own, with and without TLS", () => {
    expect(proof("a=b; sargas-csrf=ab12; c=d")).toEqual({ "x-sargas-csrf": "ab12" });
    expect(proof("__Host-sargas-csrf=cd34")).toEqual({ "x-sargas-csrf": "cd34" });
    expect(proof("other-sargas-csrf=cd34")).toEqual({});
  });
});

describe("an account that may not decide", () => {
  it("is told so, by name", () => {
    expect(denial({ is_open: false, name: "guest", roles: ["viewer"], scopes: ["read"] })).toContain("guest (viewer)");
    expect(denial(ANYBODY)).toBe("");
  });
  it("sees its actions switched off, with the reason", () => {
    const actions = h("div", {}, h("button", {}, "Close"), h("input", {}));
    deny(actions, "only looks");
    expect([...actions.children].map((child) => [(child as HTMLButtonElement).disabled, (child as HTMLElement).title])).toEqual([[true, "only looks"], [true, "only looks"]]);
    const free = h("button", {}, "Close");
    deny(free, "");
    expect(free.disabled).toBe(false);
  });
});

describe("the form to sign in", () => {
  const asked = vi.fn<typeof fetch>();
  beforeEach(() => {
    asked.mockReset();
    vi.stubGlobal("fetch", asked);
  });

  function filled(me = nobody): { element: HTMLElement; goOn: ReturnType<typeof vi.fn> } {
    const goOn = vi.fn();
    const { element } = new LoginCard(me, goOn, "");
    element.querySelector<HTMLInputElement>("[name=username]")!.value = "kazlauskas";
    element.querySelector<HTMLInputElement>("[name=password]")!.value = "correct horse battery";
    return { element, goOn };
  }

  it("sends name and password and goes on", async () => {
    asked.mockResolvedValue(answer(200, { is_open: false, name: "kazlauskas" }));
    const { element, goOn } = filled();
    element.querySelector("form")!.requestSubmit();
    await vi.waitFor(() => expect(goOn).toHaveBeenCalledOnce());
    expect(JSON.parse(String(asked.mock.calls[0]![1]!.body))).toEqual({ name: "kazlauskas", password: "correct horse battery" });
  });

  it("says what the server says, and stays", async () => {
    asked.mockResolvedValue(answer(401, { error: "name and password do not fit" }));
    const { element, goOn } = filled();
    element.querySelector("form")!.requestSubmit();
    await vi.waitFor(() => expect(element.querySelector("[role=alert]")!.textContent).toBe("Name and password do not fit."));
    expect(goOn).not.toHaveBeenCalled();
    expect(document.querySelector(".signed-out")).toBeNull();
  });

  it("offers the other service only where there is one", () => {
    expect(filled().element.querySelector("a[href*=oidc]")).toBeNull();
    expect(filled({ ...nobody, openid: "Ministry" } as typeof nobody).element.querySelector("a[href*=oidc]")!.textContent).toBe("Sign in by Ministry");
  });

  it("shows what was refused as text", () => {
    const { element } = new LoginCard(nobody, () => undefined, "<img src=x onerror=alert(1)>");
    expect(element.querySelector("[role=alert]")!.textContent).toBe("<img src=x onerror=alert(1)>");
    expect(element.querySelector("img[src=x]")).toBeNull();
  });
});
