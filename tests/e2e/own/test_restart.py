"""pytest-celery's own verbs on a worker: kill, restart, ready."""

from pytest_celery import CeleryTestSetup


def test_killed_worker_comes_back(celery_setup: CeleryTestSetup) -> None:
    assert celery_setup.ready(ping=True, control=True, docker=True)
    worker = celery_setup.worker
    worker.kill("SIGKILL")
    assert worker.container.status == "exited"
    waiting = celery_setup.app.send_task("add", (1, 2))
    worker.restart()
    assert waiting.get(timeout=60, interval=0.02) == 3
    worker.assert_log_exists("Task add")


def test_restart_is_graceful(celery_setup: CeleryTestSetup) -> None:
    celery_setup.worker.restart()
    assert "Warm shutdown" in celery_setup.worker.logs()
    result = celery_setup.app.send_task("add", (3, 4))
    assert result.get(timeout=60, interval=0.02) == 7


def test_programs_run_beside_the_worker(celery_setup: CeleryTestSetup) -> None:
    code, output = celery_setup.worker.container.exec_run(
        f"celery -A app inspect -d {celery_setup.worker.hostname()} -t 60 ping"
    )
    assert code == 0, output
    assert b"pong" in output
