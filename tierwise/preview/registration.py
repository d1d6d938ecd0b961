"""What a program asks for when it registers a resource, decoded from the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi.runtime.proto import callback_pb2, resource_pb2

from tierwise.preview.errors import EngineError
from tierwise.preview.plan import CustomTimeouts
from tierwise.preview.values import Decoder, OutputValue, encode_struct, flatten, output_dependencies

_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(slots=True)
class Registration:
    """One ``RegisterResource`` call; the fields are those of ``PlannedResource`` before inheritance and defaults."""

    type: str
    name: str
    custom: bool
    remote: bool
    parent: str
    props: dict[str, Any]
    dependencies: set[str]
    property_dependencies: dict[str, set[str]]
    provider: str = ""
    providers: dict[str, str] = field(default_factory=dict[str, str])
    protect: bool | None = None
    retain_on_delete: bool | None = None
    deleted_with: str = ""
    replace_with: Sequence[str] = ()
    aliases: Sequence[Any] = ()
    ignore_changes: Sequence[str] = ()
    replace_on_changes: Sequence[str] = ()
    additional_secret_outputs: Sequence[str] = ()
    delete_before_replace: bool | None = None
    import_id: str = ""
    custom_timeouts: resource_pb2.RegisterResourceRequest.CustomTimeouts | None = None
    version: str = ""
    url: str = ""
    package_ref: str = ""
    hooks: Any = None
    transforms: Sequence[callback_pb2.Callback] = ()
    env_var_mappings: dict[str, str] = field(default_factory=dict[str, str])
    source_position: str = ""
    stack_trace: tuple[str, ...] = ()


def decode_registration(request: Any, decoder: Decoder, source_position: str, trace: tuple[str, ...]) -> Registration:
    """The registration that a request asks for.

    Args:
        request: The SDK's ``RegisterResourceRequest``.
        decoder: For the properties.
        source_position: Where the program made the resource.
        trace: The frames above.
    """
    props = decoder.struct(request.object)
    dependencies = set(request.dependencies)
    property_dependencies = {key: set(value.urns) for key, value in request.propertyDependencies.items()}
    if not property_dependencies and not request.remote and dependencies:
        property_dependencies = dict.fromkeys(props, dependencies)
    return Registration(
        type=request.type,
        name=request.name,
        custom=request.custom,
        remote=request.remote,
        parent=request.parent,
        props=props,
        dependencies=dependencies,
        property_dependencies=property_dependencies,
        provider=request.provider,
        providers=dict(request.providers),
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        deleted_with=request.deletedWith,
        replace_with=tuple(request.replace_with),
        aliases=request.aliases,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        import_id=request.importId,
        custom_timeouts=request.customTimeouts if request.HasField("customTimeouts") else None,
        version=request.version,
        url=request.pluginDownloadURL,
        package_ref=request.packageRef,
        hooks=request.hooks if request.HasField("hooks") else None,
        transforms=request.transforms,
        env_var_mappings=dict(request.envVarMappings),
        source_position=source_position,
        stack_trace=trace,
    )


def transform_request(registration: Registration) -> resource_pb2.TransformRequest:
    """What a transform is given. Values carry their dependencies when the resource has transforms of its own."""
    props = registration.props
    if registration.transforms:
        props = {
            key: OutputValue(value, dependencies=tuple(sorted(registration.property_dependencies[key])))
            if registration.property_dependencies.get(key)
            else value
            for key, value in props.items()
        }
    options = resource_pb2.TransformResourceOptions(
        depends_on=sorted(registration.dependencies),
        ignore_changes=registration.ignore_changes,
        replace_on_changes=registration.replace_on_changes,
        version=registration.version,
        aliases=registration.aliases,
        provider=registration.provider,
        providers=registration.providers,
        plugin_download_url=registration.url,
        deleted_with=registration.deleted_with,
        replace_with=registration.replace_with,
        additional_secret_outputs=registration.additional_secret_outputs,
        hooks=registration.hooks,
        custom_timeouts=registration.custom_timeouts,
    )
    setattr(options, "import", registration.import_id)
    for name, value in (
        ("protect", registration.protect),
        ("retain_on_delete", registration.retain_on_delete),
        ("delete_before_replace", registration.delete_before_replace),
    ):
        if value is not None:
            setattr(options, name, value)
    return resource_pb2.TransformRequest(
        type=registration.type,
        name=registration.name,
        custom=registration.custom,
        parent=registration.parent,
        properties=encode_struct(props),
        options=options,
    )


def apply_transform(registration: Registration, response: resource_pb2.TransformResponse, decoder: Decoder) -> None:
    """Take over what a transform returned."""
    if response.HasField("properties"):
        registration.props = decoder.struct(response.properties)
    if not response.HasField("options"):
        return
    options: Any = response.options
    registration.dependencies = set(options.depends_on)
    registration.ignore_changes = tuple(options.ignore_changes)
    registration.replace_on_changes = tuple(options.replace_on_changes)
    registration.version = options.version
    registration.aliases = options.aliases
    registration.provider = options.provider
    registration.providers = dict(options.providers)
    registration.url = options.plugin_download_url
    registration.deleted_with = options.deleted_with
    registration.replace_with = tuple(options.replace_with)
    registration.additional_secret_outputs = tuple(options.additional_secret_outputs)
    registration.hooks = options.hooks if options.HasField("hooks") else None
    registration.custom_timeouts = options.custom_timeouts if options.HasField("custom_timeouts") else None
    registration.import_id = getattr(options, "import")
    registration.protect = options.protect if options.HasField("protect") else None
    registration.retain_on_delete = options.retain_on_delete if options.HasField("retain_on_delete") else None
    registration.delete_before_replace = (
        options.delete_before_replace if options.HasField("delete_before_replace") else None
    )


def settle_dependencies(registration: Registration, own_transforms: bool) -> None:
    """Work out the dependencies after transforms, and drop the wrappers that carried them.

    Args:
        registration: Changed in place.
        own_transforms: The resource itself names transforms; its values then carry the dependencies.
    """
    if own_transforms:
        registration.property_dependencies = {
            key: output_dependencies(value) for key, value in registration.props.items()
        }
        registration.dependencies = registration.dependencies.union(*registration.property_dependencies.values())
    else:
        for key, value in registration.props.items():
            found = output_dependencies(value)
            if found:
                registration.property_dependencies[key] = registration.property_dependencies.get(key, set()) | found
    if not registration.remote:
        registration.props = flatten(registration.props)


def timeouts_of(message: resource_pb2.RegisterResourceRequest.CustomTimeouts | None, urn: str) -> CustomTimeouts | None:
    """The custom timeouts of a registration, None when there are none.

    Raises:
        EngineError: One is not a duration.
    """
    if message is None:
        return None
    timeouts = CustomTimeouts(
        message.create or None, message.update or None, message.delete or None, message.read or None
    )
    for text in (timeouts.create, timeouts.update, timeouts.delete, timeouts.read):
        if text is not None:
            try:
                duration_seconds(text)
            except ValueError as error:
                raise EngineError(f"unable to parse customTimeout value {text}", urn) from error
    return timeouts if timeouts != CustomTimeouts() else None


def duration_seconds(text: str) -> float:
    """Seconds of a duration such as ``1h30m``.

    Raises:
        ValueError: It is not one.
    """
    seconds, end = 0.0, 0
    for match in _DURATION.finditer(text):
        if match.start() != end:
            break
        seconds += float(match[1]) * _UNITS[match[2]]
        end = match.end()
    if not text or end != len(text):
        raise ValueError(f"invalid duration {text!r}")
    return seconds
