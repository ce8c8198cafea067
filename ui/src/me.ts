/** As whom this browser is at the watch, what that allows, and the proof that a change comes from our own page. */

export type Scope = "read" | "decide" | "supervise" | "feed" | "engineer" | "investigate" | "administer";

export interface Me {
  /** True if this desk has no accounts: whoever is at it may do everything, under the name that he gives. */
  is_open: boolean;
  name: string;
  full_name?: string;
  roles?: string[];
  scopes?: Scope[];
  ends_s?: number | null;
  /** The other service by which one can sign in, "" if there is none. */
  openid?: string;
}

export const ANYBODY: Me = { is_open: true, name: "", scopes: ["read", "decide", "supervise", "feed", "engineer", "investigate", "administer"] };

const CSRF_COOKIE = /(?:^|;\s*)(?:__Host-)?sargas-csrf=([0-9a-f]+)/;

/** Return the header that a change must carry; nothing where no session is. */
export function proof(cookies: string = document.cookie): Record<string, string> {
  const found = CSRF_COOKIE.exec(cookies)?.[1];
  return found === undefined ? {} : { "x-sargas-csrf": found };
}

export function may(me: Me, scope: Scope): boolean {
  return me.scopes?.includes(scope) ?? false;
}

/** Return why this account may not decide, "" if it may. */
export function denial(me: Me): string {
  return may(me, "decide") ? "" : `You are signed in as ${me.name} (${(me.roles ?? []).join(", ") || "no role"}), who may look but not decide.`;
}

/** Return the page to sign in on, which leads back to where one is. */
export function loginUrl(here: { pathname: string; search: string } = location): string {
  return `/login?${new URLSearchParams({ next: here.pathname + here.search })}`;
}
