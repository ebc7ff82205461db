"""The media manager's Celery application: `celery -A tasks worker`.

One module per kind of job. A job checks what it was given, calls a service of
`media` and sends the job that comes next.
"""

from celery import Celery

from tasks.priority import SETTINGS

app = Celery("tasks", include=["tasks.webhook", "tasks.scan_movie"])
app.config_from_object("celeryconfig")
app.conf.task_routes = SETTINGS
app.conf.task_annotations = SETTINGS
