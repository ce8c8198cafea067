// A certified OpenID provider (npm oidc-provider) on loopback for the tests of signing in: one client, two people.
// It prints its address in one line once it listens, and ends with its standard input.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const PEOPLE = {
  ona: { preferred_username: "ona", name: "Ona Kazlauskienė", roles: ["duty", "unknown"] },
  petras: { preferred_username: "petras", name: "Petras", roles: ["kitchen"] },
  admin: { preferred_username: "admin", name: "Somebody who calls himself admin", roles: ["duty"] },
};
const [, , redirectUri] = process.argv;

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "sargas", client_secret: "a secret of the tests", redirect_uris: [redirectUri], response_types: ["code"], grant_types: ["authorization_code"] }],
    claims: { openid: ["sub"], profile: ["preferred_username", "name", "roles"] },
    // The claims of the profile in the ID token itself, as many services send them.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ["a key of the tests"] },
    findAccount: (_, id) => (PEOPLE[id] === undefined ? undefined : { accountId: id, claims: async () => ({ sub: id, ...PEOPLE[id] }) }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
