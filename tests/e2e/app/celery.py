"""`celery -A app …`: the brokers come from the environment, as do a test's own settings."""

import json
import os

from celery import Celery

from .settings import SETTINGS

app = Celery("e2e")
app.config_from_object({**SETTINGS, **json.loads(os.environ.get("E2E_SETTINGS", "{}"))})
