"""Who is in the world: its images and its containers, by namespace."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tui.demo.bundle import Recipe

State = Literal["running", "paused", "created", "none"]
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
RESTART = "containerd.io/restart"
_HUB = "docker.io/library"
_ACME = "registry.acme.example/shop"


@dataclass(frozen=True, slots=True)
class Role:
    """One container: what it is, how long it has been there and what it does."""

    id: str
    image: str
    age: float
    """Seconds since its record was made."""
    load: str = "idle"
    args: tuple[str, ...] = ()
    state: State = "running"
    up: float | None = None
    """Seconds since its task was started; None: since the record was made."""
    script: str = "run"
    labels: Mapping[str, str] = field(default_factory=dict)
    environment: tuple[str, ...] = ()
    cgroup_v1: bool = False


NGINX = Recipe(
    f"{_HUB}/nginx:1.27",
    ("debian-12", "nginx-1.27", "nginx-conf"),
    ("nginx", "-g", "daemon off;"),
    ("NGINX_VERSION=1.27.3",),
    {"maintainer": "NGINX Docker Maintainers"},
)
REDIS = Recipe(f"{_HUB}/redis:7.4", ("debian-12", "redis-7.4", "redis-conf"), ("redis-server",))
POSTGRES = Recipe(
    f"{_HUB}/postgres:17", ("debian-12", "postgres-17", "postgres-conf"), ("postgres",)
)
BUSYBOX = Recipe(f"{_HUB}/busybox:1.36", ("busybox-1.36",), ("sh",), complete=True)
_PYTHON = ("alpine-3.20", "python-3.12", "acme-deps")
API_OLD = Recipe(f"{_ACME}/api:4.1", (*_PYTHON, "acme-api-4.1"), ("serve",))
API = Recipe(f"{_ACME}/api:4.2", (*_PYTHON, "acme-api-4.2"), ("serve",))
WORKER = Recipe(f"{_ACME}/worker:2.8", (*_PYTHON, "acme-worker-2.8"), ("work",))
BATCH = Recipe(f"{_ACME}/batch:9", ("alpine-3.20", "acme-batch-9"), ("batch",))
FRONTEND = Recipe(f"{_ACME}/frontend:5", ("alpine-3.20", "acme-frontend-5"), ("node", "server.js"))
LEGACY = Recipe(f"{_ACME}/legacy:1", ("acme-legacy-1",), ("/opt/legacy/run",), docker=True)
IMAGES = (NGINX, REDIS, POSTGRES, BUSYBOX, API_OLD, API, WORKER, BATCH, FRONTEND, LEGACY)

PAUSE = Recipe("registry.k8s.io/pause:3.10", ("pause-3.10",), ("/pause",))
COREDNS = Recipe("registry.k8s.io/coredns/coredns:v1.11.3", ("coredns-1.11",), ("/coredns",))
METRICS = Recipe(
    "registry.k8s.io/metrics-server/metrics-server:v0.7.2",
    ("metrics-server-0.7",),
    ("/metrics-server",),
)
GRAFANA = Recipe("docker.io/grafana/grafana:11.4.0", ("alpine-3.20", "grafana-11"), ("/run.sh",))
CLUSTER_IMAGES = (PAUSE, COREDNS, METRICS, GRAFANA)


def _nerdctl(name: str, project: str = "") -> dict[str, str]:
    labels = {
        "nerdctl/name": name,
        "nerdctl/namespace": "default",
        "nerdctl/hostname": name,
        "nerdctl/platform": "linux/amd64",
        "nerdctl/networks": '["bridge"]',
    }
    if project:
        labels |= {"com.docker.compose.project": project, "com.docker.compose.service": name}
    return labels


_ALWAYS = {f"{RESTART}.status": "running", f"{RESTART}.policy": "always"}
_TRIES = {f"{RESTART}.status": "running", f"{RESTART}.policy": "on-failure:1000"}
_DATABASE = ("POSTGRES_DB=shop", "POSTGRES_PASSWORD=correct-horse")

MAIN = (
    Role("web-1", NGINX.name, 2 * HOUR, "web", ("nginx", "-g", "daemon off;")),
    Role("api-7", API.name, 3 * DAY, "api", ("serve", "--port", "8080")),
    Role(
        "5b1c8e04f7d2", POSTGRES.name, 41 * DAY, "db", ("postgres",),
        labels=_nerdctl("db", "shop"), environment=_DATABASE, cgroup_v1=True,
    ),
    Role(
        "a2f94410c6be", REDIS.name, 41 * DAY, "cache", ("redis-server", "*:6379"),
        labels=_nerdctl("cache", "shop"),
    ),
    Role("worker-2", WORKER.name, 19 * HOUR, "worker", ("work", "--queue", "orders")),
    Role(
        "mailer", WORKER.name, 25 * MINUTE, "agent", ("work", "--queue", "mail"),
        script="exit:1 after:9", labels=_ALWAYS,
    ),
    Role(
        "thumbs", WORKER.name, HOUR, "leak", ("work", "--queue", "thumbnails"),
        script="oom after:92", labels=_TRIES,
    ),
    Role(
        "batch-x", BATCH.name, 29 * MINUTE, "batch", ("batch", "--month", "2025-02"),
        script="oom after:1260",
    ),
    Role("reports", WORKER.name, 6 * HOUR, "worker", ("work", "--queue", "pdf"), state="paused"),
    Role("migrate", API.name, 3 * DAY, "batch", ("migrate", "up"), script="exit:0 after:47"),
    Role("frontend", FRONTEND.name, 90.0, "web", ("node", "server.js"), state="created"),
    Role("legacy", LEGACY.name, 41 * DAY, state="none"),
)  # fmt: skip

_KINDS = (
    ("web", NGINX.name, "web", ("nginx",)),
    ("api", API.name, "api", ("serve",)),
    ("worker", WORKER.name, "worker", ("work",)),
    ("cache", REDIS.name, "cache", ("redis-server",)),
    ("cron", BUSYBOX.name, "idle", ("crond", "-f")),
    ("agent", BATCH.name, "agent", ("agent",)),
    ("shard", POSTGRES.name, "db", ("postgres",)),
    ("job", BATCH.name, "batch", ("batch",)),
)
_SITES = ("ams", "fra", "iad", "nrt", "syd", "gru")


def extras(count: int, seed: int) -> Iterator[Role]:
    """Make up `count` further containers, the same for the same seed."""
    rng = random.Random(f"{seed}/extras")
    for number in range(count):
        name, image, load, args = rng.choice(_KINDS)
        age = rng.uniform(5 * MINUTE, 60 * DAY)
        chance = rng.random()
        state: State = "running" if chance < 0.93 else "none" if chance < 0.97 else "created"
        script = f"exit:{rng.choice((0, 0, 1, 2))} after:{rng.randint(5, 200)}"
        yield Role(
            f"{name}-{rng.choice(_SITES)}-{number + 1}",
            image,
            age,
            load,
            args,
            state,
            script=script if rng.random() < 0.05 else "run",
            cgroup_v1=rng.random() < 0.2,
        )
