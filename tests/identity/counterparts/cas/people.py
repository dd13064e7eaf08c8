"""Who may sign in at the CAS server: anybody whose name is LEVEL-NAME, with the password "test"."""

from __future__ import annotations

from cas_server.auth import AuthUser


class Invented(AuthUser):
    """``medium-maren`` signs in at level MEDIUM; her address is maren@clinic.invalid."""

    def test_password(self, password):
        """Say whether the password fits."""
        return password == "test"

    def attributs(self):
        """Return what the server tells of somebody, named as EU Login names it."""
        level, _hyphen, name = self.username.partition("-")
        told = {
            "email": f"{name}@clinic.invalid",
            "firstName": name.title(),
            "lastName": "Außen & Wald",
            "groups": ["INTERNET", "LIVENEWS"],
        }
        return told if level == "silent" else told | {"authenticationLevel": level.upper()}
