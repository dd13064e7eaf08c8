"""OpenID Connect (Core 1.0): code with PKCE, nonce, discovery, both ways of logging out.

Authlib speaks OAuth, joserfc checks the tokens.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cpms_portal.identity.sources.declared import LOOPBACK, Declared
from cpms_portal.identity.sources.fetching import SECONDS, fetched
from cpms_portal.identity.sources.said import Errand, Said, SourceRefusedError

#: Asymmetric ones only: a shared secret or "none" would let others write tokens.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
#: What is known of a provider is asked again after this long; unknown keys sooner.
KEPT, KEPT_AT_LEAST = timedelta(hours=1), timedelta(minutes=1)
LEEWAY = 60
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OpenIDSource:
    """An OpenID provider. now: the portal's clock."""

    def __init__(self, declared: Declared, now: Callable[[], datetime]) -> None:
        self.declared = declared
        self._now = now
        self._known: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._asked = self._asked_keys = datetime.min.replace(tzinfo=now().tzinfo)

    def _provider(self) -> dict[str, Any]:
        """Return what the provider says of itself (OpenID Connect Discovery 1.0, section 4)."""
        if not self._known or self._now() - self._asked > KEPT:
            issuer = self.declared.url
            told = _json(fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration", {}))
            if told.get("issuer") != issuer or not all(_safe(told.get(name)) for name in NEEDED):
                raise SourceRefusedError("discovery")
            self._known, self._asked, self._keys = told, self._now(), None
        return self._known

    def _key_set(self, *, again: bool = False) -> KeySet:
        if self._keys is None or (again and self._now() - self._asked_keys > KEPT_AT_LEAST):
            told = _json(fetched(self._provider()["jwks_uri"], {}))
            self._keys, self._asked_keys = KeySet.import_key_set(told), self._now()  # type: ignore[arg-type]  # its shape is checked by the library
        return self._keys

    def _client(self, back: str) -> OAuth2Session:
        secret = self.declared.secret
        return OAuth2Session(
            self.declared.client,
            secret or None,
            scope="openid profile email",
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
        )

    def address(self, errand: Errand) -> str:
        """Return the address of the authorization endpoint (section 3.1.2.1)."""
        more = {"nonce": _nonce(errand)}
        if self.declared.asks:
            more["acr_values"] = self.declared.asks
        if errand.afresh:
            more |= {"prompt": "login", "max_age": "0"}
        address, _state = self._client(errand.back).create_authorization_url(
            self._provider()["authorization_endpoint"],
            state=errand.state,
            code_verifier=errand.secret,
            **more,
        )
        return str(address)

    def said(self, errand: Errand, answer: Mapping[str, str]) -> Said:
        """Change the code into tokens (section 3.1.3) and read them."""
        provider = self._provider()
        code, issuer = answer.get("code", ""), answer.get("iss", "")
        if answer.get("error") or not code:
            raise SourceRefusedError("refused there")
        # RFC 9207: the answer must come from whom it was asked of.
        wants = provider.get("authorization_response_iss_parameter_supported")
        if (wants or issuer) and issuer != self.declared.url:
            raise SourceRefusedError("issuer")
        token = self._token(errand, code)
        nonce = {"essential": True, "value": _nonce(errand)}
        claims = self._claims(token.get("id_token"), nonce=nonce)
        self._check_time(claims, errand)
        said = self._said(claims, self._more(claims, token.get("access_token", "")))
        return replace(said, hint=token["id_token"])

    def _token(self, errand: Errand, code: str) -> dict[str, Any]:
        try:
            return dict(
                self._client(errand.back).fetch_token(
                    self._provider()["token_endpoint"],
                    code=code,
                    code_verifier=errand.secret,
                    timeout=SECONDS,
                    allow_redirects=False,
                )
            )
        except (AuthlibBaseError, requests.RequestException, ValueError) as error:
            raise SourceRefusedError("code refused") from error

    def _claims(self, token: Any, typ: str = "", **wanted: Any) -> dict[str, Any]:
        """Return the claims of a token signed by the provider for this portal (section 3.1.3.7).

        typ: what the token must call itself, so that one of another kind is not taken for it.
        """
        if not isinstance(token, str):
            raise SourceRefusedError("no token")
        moment = int(self._now().timestamp())
        rules = jwt.JWTClaimsRegistry(
            now=moment,
            leeway=LEEWAY,
            iss={"essential": True, "value": self.declared.url},
            aud={"essential": True, "value": self.declared.client},
            iat={"essential": True},
            **wanted,
        )
        try:
            decoded = self._decoded(token)
            claims = dict(decoded.claims)
            rules.validate(claims)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SourceRefusedError("token") from error
        if typ and str(decoded.header.get("typ", "")).lower() != typ:
            raise SourceRefusedError("token")
        if claims.get("azp", self.declared.client) != self.declared.client:
            raise SourceRefusedError("token")
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # The provider may have changed its keys since they were asked for.
            return jwt.decode(token, self._key_set(again=True), algorithms=ALGORITHMS)

    def _check_time(self, claims: Mapping[str, Any], errand: Errand) -> None:
        if "exp" not in claims or not isinstance(claims.get("sub"), str):
            raise SourceRefusedError("token")
        shown = claims.get("auth_time")
        since = errand.begun.timestamp() - LEEWAY
        if errand.afresh and not (isinstance(shown, int | float) and shown >= since):
            raise SourceRefusedError("not afresh")

    def _more(self, claims: Mapping[str, Any], access: str) -> dict[str, Any]:
        """Return what the provider tells besides (section 5.3), of the same person only."""
        address = self._provider().get("userinfo_endpoint")
        if not _safe(address) or not access:
            return {}
        told = _json(fetched(str(address), {}, {"Authorization": f"Bearer {access}"}))
        if told.get("sub") != claims["sub"]:
            raise SourceRefusedError("userinfo")
        return told

    def _said(self, claims: Mapping[str, Any], more: Mapping[str, Any]) -> Said:
        told = {**more, **claims}
        # Where both say something of the strength the signed one counts.
        methods = told.get("amr")
        levels = [told.get("acr"), *(methods if isinstance(methods, list) else ())]
        verified = told.get("email_verified") is True
        return Said(
            self.declared.name,
            str(claims["sub"]),
            session=str(claims.get("sid") or ""),
            levels=frozenset(str(level).lower() for level in levels if level),
            mail=str(told.get("email") or "") if verified else "",
            first_name=str(told.get("given_name") or "")[:60],
            last_name=str(told.get("family_name") or "")[:60],
        )

    def way_out(self, back: str, hint: str) -> str:
        """Return the end of session endpoint (RP-Initiated Logout 1.0, section 2).

        hint: the ID token of the sign-in; without it the provider asks its user once more.
        """
        address = self._provider().get("end_session_endpoint")
        if not _safe(address):
            return ""
        query = {"client_id": self.declared.client, "post_logout_redirect_uri": back}
        if hint:
            query["id_token_hint"] = hint
        return f"{address}{'&' if '?' in str(address) else '?'}{urlencode(query)}"

    def ended(self, sent: Mapping[str, str]) -> tuple[str, str]:
        """Read a log-out: a signed token (back channel) or issuer and session (front channel)."""
        if "logout_token" not in sent:
            if sent.get("iss") != self.declared.url or not sent.get("sid"):
                raise SourceRefusedError("log-out")
            return "session", sent["sid"]
        needed = {"essential": True}
        claims = self._claims(sent["logout_token"], "logout+jwt", jti=needed, exp=needed)
        events = claims.get("events")
        # OpenID Connect Back-Channel Logout 1.0, section 2.6: it is no ID token.
        if not isinstance(events, dict) or LOGOUT not in events or "nonce" in claims:
            raise SourceRefusedError("log-out")
        if claims.get("sid"):
            return "session", str(claims["sid"])
        if not claims.get("sub"):
            raise SourceRefusedError("log-out")
        return "subject", str(claims["sub"])


def _nonce(errand: Errand) -> str:
    """Return the nonce of an errand: it is seen on the way, the verifier it follows from is not."""
    return hashlib.sha256(f"nonce {errand.secret}".encode()).hexdigest()


def _safe(address: Any) -> bool:
    """Say whether an address may be asked: over https, or on this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in LOOPBACK


def _json(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceRefusedError("not JSON") from error
    if not isinstance(told, dict):
        raise SourceRefusedError("not JSON")
    return told
