"""Bring the CAS server up: ``python serve.py PORT``. Every service on loopback may use it."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from cas_server.models import ReplaceAttributName, ServicePattern  # noqa: E402  # needs setup()

call_command("migrate", verbosity=0)
if not ServicePattern.objects.exists():
    made = ServicePattern.objects.create(
        name="portal",
        pattern=r"^http://127\.0\.0\.1:\d+/sign-in/with/",
        single_log_out=True,
    )
    ReplaceAttributName.objects.create(name="*", service_pattern=made)
call_command("runserver", f"127.0.0.1:{sys.argv[1]}", "--noreload", "--insecure", verbosity=0)
