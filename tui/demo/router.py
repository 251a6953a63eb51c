"""From a service's methods to a gRPC server: decoding, faults, counting, refusals."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass

from tui.demo.faults import Faults, OpenCall
from tui.demo.refusals import Refusal, failed_precondition
from tui.demo.store import checked_identifier

Context = Any  # gRPC gives the class of its contexts no public, typed name


@dataclass(frozen=True, slots=True)
class Call:
    """What a method is told beside its request."""

    header: str = ""
    """The namespace header as it came."""
    lease: str = ""
    """The lease to create things under, ``""`` for none."""

    @property
    def namespace(self) -> str:
        """The namespace, or a refusal where the caller named none."""
        if not self.header:
            raise failed_precondition("namespace is required")
        return checked_identifier(self.header)


class Unknown(grpc.GenericRpcHandler):
    """Answers for what no service offers, in gRPC-Go's words; goes last."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """Make a handler that refuses."""
        service, _, method = str(handler_call_details.method).lstrip("/").partition("/")

        async def refuse(_requests: Any, context: Context) -> AsyncIterator[bytes]:
            text = f"unknown service {service} or method {method}"
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, text)
            yield b""

        return grpc.stream_stream_rpc_method_handler(refuse)


class Router:
    """Makes gRPC handlers of plain objects whose methods are named as the service's."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def handler(self, service: ServiceDescriptor, target: object) -> grpc.GenericRpcHandler:
        """Make a handler for the methods that `target` has; the others are unimplemented."""
        handlers = {
            method.name: self._method(method, getattr(target, method.name))
            for method in service.methods
            if hasattr(target, method.name)
        }
        return grpc.method_handlers_generic_handler(service.full_name, handlers)

    def _method(self, method: MethodDescriptor, func: Callable[..., Any]) -> Any:
        name = f"{method.containing_service.name}.{method.name}"
        decode = GetMessageClass(method.input_type).FromString
        encode = GetMessageClass(method.output_type).SerializeToString
        if method.client_streaming:
            return grpc.stream_stream_rpc_method_handler(self._stream(name, func), decode, encode)
        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(self._stream(name, func), decode, encode)
        return grpc.unary_unary_rpc_method_handler(self._unary(name, func), decode, encode)

    def _unary(self, name: str, func: Callable[..., Any]) -> Callable[..., Any]:
        async def answer(request: Any, context: Context) -> Any:
            async with self._guarded(name, context) as (call, _):
                result = func(request, call)
                return await result if inspect.isawaitable(result) else result

        return answer

    def _stream(self, name: str, func: Callable[..., Any]) -> Callable[..., Any]:
        async def answer(request: Any, context: Context) -> AsyncIterator[Any]:
            async with self._guarded(name, context) as (call, opened):
                messages = func(request, call)
                if hasattr(messages, "__aiter__"):
                    async for message in messages:
                        with opened.lent():
                            yield message
                else:
                    for message in messages:
                        with opened.lent():
                            yield message

        return answer

    @asynccontextmanager
    async def _guarded(self, name: str, context: Context) -> AsyncIterator[tuple[Call, OpenCall]]:
        """Count the call, let it suffer its faults and send what it is refused with."""
        metadata = dict(context.invocation_metadata() or ())
        call = Call(
            str(metadata.get("containerd-namespace", "")), str(metadata.get("containerd-lease", ""))
        )
        try:
            async with self._faults.suffered(name) as opened:
                yield call, opened
        except Refusal as refusal:
            await context.abort(refusal.code, refusal.text)
        except (ValueError, LookupError, TypeError, AttributeError, OSError) as error:
            # A caller must get an answer, and the terminal no traceback, whatever went wrong.
            text = f"demo engine: {type(error).__name__} in {name}: {error}"
            await context.abort(grpc.StatusCode.INTERNAL, text)
