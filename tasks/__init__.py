"""The media manager's Celery application: `celery -A tasks worker`.

One module per kind of job. A job checks what it was given, calls a service of
`media` and sends the job that comes next.
"""

from celery import Celery

from tasks.priority import SETTINGS

app = Celery(
    "tasks",
    include=[
        "tasks.webhook",
        "tasks.scan_movie",
        "tasks.library_scan",
        "tasks.discover_assets",
        "tasks.enrich_metadata",
        "tasks.fetch_provider_assets",
        "tasks.select_assets",
        "tasks.publish",
        "tasks.notify_players",
        "tasks.notify_player",
        "tasks.scheduled_file_scan",
        "tasks.scheduled_provider_update",
        "tasks.scheduled_verification",
        "tasks.scheduled_cleanup",
        "tasks.cache_orphan_cleanup",
        "tasks.cache_soft_delete_expiration",
        "tasks.start",
    ],
    task_cls="tasks.task:MediaTask",
)
app.config_from_object("celeryconfig")
app.conf.task_routes = SETTINGS
app.conf.task_annotations = SETTINGS


def _schedule(sender: Celery, **_: object) -> None:
    """Give beat its schedules. Settings that cannot be used are told by `tasks.start`."""
    from media.errors import SettingsError
    from media.settings import read_settings
    from tasks.schedules import beat_schedule

    try:
        sender.conf.beat_schedule = beat_schedule(read_settings())
    except SettingsError:
        sender.conf.beat_schedule = {}


app.on_after_finalize.connect(_schedule)
