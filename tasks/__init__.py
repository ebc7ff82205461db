"""The media manager's Celery application: `celery -A tasks worker`.

One module per kind of job. A job checks what it was given, calls a service of
`media` and sends the job that comes next.
"""

from celery import Celery

app = Celery("tasks", include=["tasks.webhook", "tasks.scan_movie"])
app.config_from_object("celeryconfig")
