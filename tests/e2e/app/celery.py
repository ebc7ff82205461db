"""`celery -A app …`: the brokers come from the environment, as do a test's own settings.

In those a cron schedule is a list: the expression, and the time zone if it has one.
"""

import json
import os

from celery import Celery

from sqlite_transport.beat import cron

from .settings import SETTINGS

settings = {**SETTINGS, **json.loads(os.environ.get("E2E_SETTINGS", "{}"))}
for entry in settings.get("beat_schedule", {}).values():
    if isinstance(entry["schedule"], list):
        entry["schedule"] = cron(*entry["schedule"])

app = Celery("e2e", control="app.control:PatientControl")
app.config_from_object(settings)
