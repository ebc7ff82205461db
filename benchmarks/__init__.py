"""Side-by-side measurements of the SQLite transport and other brokers.

Run::

    python -m benchmarks                 # everything, about half an hour
    python -m benchmarks --quick         # everything, smaller, a few minutes
    python -m benchmarks --list          # the figures and their bounds
    python -m benchmarks --only consume publish-durable --repeat 11
    python -m benchmarks --json out.json --markdown out.md

Needs the `dev` extra and the `redis-server` program (Debian: `apt install
redis-server`). The benchmark starts a Redis of its own on a free loopback
port, without persistence, in a temporary directory, and kills it at the end;
a Redis that is already running is never touched. Without `redis-server` the
figures that compare with Redis are reported as not measured.

How to read it
--------------

Absolute times of one machine say little, and a shared machine is noisy. So
the contestants take turns (A B C, A B C, …), every bound is judged on the
*ratio* of two contestants within one round, and the report gives the median
of these ratios with the smallest and the largest. Bounds that are not ratios
(CPU of an idle worker, longest wait, recovery time) say so.

Every figure prints *measured*, *bound* and *reached*. The exit code is 0 even
if a figure is missed, unless `--strict` is given.

The contestants:

`redis`
    kombu's Redis transport and a loopback Redis with `--save "" --appendonly no`:
    it promises nothing after a crash.
`memory`
    kombu's `memory://`, one process only: what kombu itself costs.
`filesystem`, `sqla`
    kombu's `filesystem://` and `sqla+sqlite://`. They get smaller loads,
    because both slow down with the length of the queue.
`sqlite`
    this package as it is by default, `durability="full"`: a published message
    survives power loss.
`sqlite-normal`
    this package with `durability="normal"`: a published message survives the
    death of any process, not power loss.
`disk`
    no broker: a 12 KiB overwrite and `fdatasync` in a preallocated file beside
    the queues, what the disk allows to anything durable.

Durable figures need a real disk: point `--directory` at one if the default
temporary directory is kept in memory. The report names the file system.

Messages are Celery's, protocol 2, about 700 bytes of headers, body and
properties. Only the broker's part is timed: making the message is not.
"""
