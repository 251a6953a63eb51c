"""containerd.services.images.v1: names of content."""

from google.protobuf.empty_pb2 import Empty

from protos import images_pb2 as pb
from tui.demo.filters import Fields, compile_filters, fields
from tui.demo.refusals import already_exists, invalid_argument, not_found
from tui.demo.router import Call
from tui.demo.services.base import EMPTY, Service, required
from tui.demo.store import Space, checked_labels, update_labels


class Images(Service):
    """Image records."""

    def Get(self, request: pb.GetImageRequest, call: Call) -> pb.GetImageResponse:
        """One image."""
        return pb.GetImageResponse(image=_find(self.store.space(call.namespace), request.name))

    def List(self, request: pb.ListImagesRequest, call: Call) -> pb.ListImagesResponse:
        """The images that pass the filters, by name."""
        wanted = compile_filters(request.filters)
        images = self.store.space(call.namespace).images.values()
        found = (image for image in images if wanted(_fields(image)))
        return pb.ListImagesResponse(images=sorted(found, key=lambda image: image.name))

    def Create(self, request: pb.CreateImageRequest, call: Call) -> pb.CreateImageResponse:
        """Make an image; its target need not exist."""
        _check(request)
        _check_target(request.image)
        space = self.store.written(call.namespace)
        space.checked_lease(call.lease)
        if request.image.name in space.images:
            raise already_exists(f'image "{request.image.name}"')
        image = pb.Image()
        image.CopyFrom(request.image)
        image.created_at.CopyFrom(self.clock.stamp())
        image.updated_at.CopyFrom(image.created_at)
        space.images[image.name] = image
        space.hold(call.lease, "images", image.name)
        event = pb.ImageCreate(name=image.name, labels=image.labels)
        self.publish(space, "/images/create", event)
        return pb.CreateImageResponse(image=image)

    def Update(self, request: pb.UpdateImageRequest, call: Call) -> pb.UpdateImageResponse:
        """Change labels and target, all of them or what the mask names."""
        _check(request)
        space = self.store.space(call.namespace)
        image = _find(space, request.image.name)
        for path in list(request.update_mask.paths) or ["labels", "target"]:
            if path == "target":
                _check_target(request.image)
                image.target.CopyFrom(request.image.target)
            elif path.startswith("annotations"):
                update_labels(
                    image.target.annotations,
                    request.image.target.annotations,
                    path.replace("annotations", "labels", 1),
                )
            elif not update_labels(image.labels, request.image.labels, path):
                raise invalid_argument(f'cannot update "{path}" field on image "{image.name}"')
        image.updated_at.CopyFrom(self.clock.stamp())
        event = pb.ImageUpdate(name=image.name, labels=image.labels)
        self.publish(space, "/images/update", event)
        return pb.UpdateImageResponse(image=image)

    def Delete(self, request: pb.DeleteImageRequest, call: Call) -> Empty:
        """Remove the name; what it alone referred to goes soon, or at once when `sync`."""
        space = self.store.space(call.namespace)
        image = _find(space, request.name)
        if request.target.digest and request.target.digest != image.target.digest:
            raise not_found(f'image "{image.name}" has changed')
        del space.images[image.name]
        self.publish(space, "/images/delete", pb.ImageDelete(name=image.name))
        if request.sync:
            self.engine.collector.run()
        else:
            self.engine.collector.soon()
        return EMPTY


def _find(space: Space, name: str) -> pb.Image:
    if name not in space.images:
        raise not_found(f'image "{name}"')
    return space.images[name]


def _check(request: pb.CreateImageRequest | pb.UpdateImageRequest) -> None:
    required(request, "image")
    required(request.image, "target")
    if not request.image.name:
        raise invalid_argument("image name must not be empty")
    checked_labels(request.image.labels)


def _check_target(image: pb.Image) -> None:
    if not image.target.digest.startswith("sha256:"):
        raise invalid_argument(
            f'image target digest "{image.target.digest}": invalid checksum digest format'
        )


def _fields(image: pb.Image) -> Fields:
    return fields(
        {
            "name": image.name,
            "target.digest": image.target.digest,
            "target.mediatype": image.target.media_type,
        },
        {"labels": image.labels, "annotations": image.target.annotations},
    )
