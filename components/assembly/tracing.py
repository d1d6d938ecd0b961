"""What logs hide, and how many requests are traced."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.site import Site


def mask_logs(platform: Site) -> None:
    """The masks of the functions' logs."""
    identifiers = platform.settings.observability.mask_in_logs
    if not identifiers or not platform.functions:
        return
    from components.observability.log_masking import LogMasking

    LogMasking(
        platform.called("log-masking"),
        identifiers=identifiers,
        groups={name: function.logs.group for name, function in platform.functions.items()},
        opts=platform.child(),
    )


def sample_traces(platform: Site) -> None:
    """How many of the REST API's requests are traced."""
    settings = platform.settings.observability.trace_sampling
    if settings is None or platform.rest_api is None:
        return
    from components.observability.trace_sampling import TraceSampling

    TraceSampling(
        platform.called("trace-sampling"),
        settings=settings,
        names=platform.names,
        service_name=f"{platform.rest_api.physical_name}/{platform.names.stage}",
        opts=platform.child(),
    )
