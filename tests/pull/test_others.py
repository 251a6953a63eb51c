"""Pulls that somebody else started: their ingests are in the picture, wherever they go."""

from __future__ import annotations

import asyncio
import os
from uuid import uuid4

from tests.flow.watching import watching
from tests.pull.site import Site
from tests.support.image import build_image
from tests.support.throttle import throttled

MIB = 1 << 20


async def test_a_pull_by_ctr_into_a_new_namespace_is_seen(site: Site) -> None:
    image = build_image(
        [{"large": (os.urandom(24 * MIB), 0o644)}], reference="demo/x:1", compressed=False
    )
    name = f"demo/{uuid4().hex}:1"
    site.registry.push(image, name)
    other = site.daemon.namespace()
    layer = image.manifest()["layers"][0]["digest"]
    async with (
        throttled(site.registry.port, rate=3 * MIB) as way,
        watching(site.daemon.address) as watch,
    ):
        await watch.live()
        reference = f"{way.host}/{name}"
        pulling = asyncio.create_task(site.ctr_pull(reference, other))
        seen = await watch.until(
            lambda now: any(each.namespace == other for each in now.ingests), "not seen"
        )
        ingest = next(each for each in seen.ingests if each.namespace == other)
        assert ingest.ref.endswith(layer)
        grown = await watch.until(
            lambda now: any(
                each.namespace == other and each.offset > ingest.offset for each in now.ingests
            ),
            "does not grow",
        )
        assert other in [each.name for each in grown.namespaces]
        await pulling
        await watch.until(
            lambda now: not any(each.namespace == other for each in now.ingests), "stays"
        )
    await site.ctr("images", "rm", "--sync", reference, namespace=other)
