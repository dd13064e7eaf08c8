// An OpenID provider for tests (oidc-provider, certified): node provider.js PORT PORTAL
// Whoever is named in ?as= signs in; ?acr= is what the provider says of the strength.
import Provider from "oidc-provider";

const [port, portal] = process.argv.slice(2);
const back = `${portal}/sign-in/with/openid`;
const client = {
  client_id: "cpms",
  client_secret: "a secret of the tests only",
  redirect_uris: [`${back}/return`],
  post_logout_redirect_uris: [`${portal}/sign-in`],
  response_types: ["code"],
  grant_types: ["authorization_code"],
  backchannel_logout_uri: `${back}/signed-out`,
  backchannel_logout_session_required: true,
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client],
  cookies: { keys: ["only for tests"] },
  pkce: { required: () => true },
  acrValues: ["low", "high"],
  claims: {
    openid: ["sub", "sid"],
    acr: null,
    auth_time: null,
    email: ["email", "email_verified"],
    profile: ["given_name", "family_name"],
  },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        // Who is known by the token of this very sign-in is not asked once more.
        const known = ctx.oidc.entities.IdTokenHint?.payload.sub === ctx.oidc.session.accountId;
        ctx.body = `<!DOCTYPE html><p>${known ? "Signing out" : "Sign out?"}</p>${form}`;
      },
    },
  },
  // The provider calls no loopback address by itself; here the portal is on one.
  fetch: (url, options) => globalThis.fetch(url, { ...options, dispatcher: undefined }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@clinic.invalid`,
      email_verified: !id.startsWith("unverified"),
      given_name: "Maren",
      family_name: "Waldmann",
    }),
  }),
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { as: accountId, acr, cancel } = ctx.query;
  const { params, prompt, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
  if (cancel) {
    const result = { error: "access_denied", error_description: "cancelled" };
    return provider.interactionFinished(ctx.req, ctx.res, result);
  }
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope("openid email profile");
  const result = { consent: { grantId: await grant.save() } };
  if (prompt.name === "login") result.login = { accountId, acr: acr || undefined };
  ctx.respond = false;
  return provider.interactionFinished(ctx.req, ctx.res, result);
});

provider.listen(Number(port), "127.0.0.1");
