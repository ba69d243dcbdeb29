"""A dashboard as rows of panels, a panel as PromQL with names, and both as Grafana's JSON."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

with warnings.catch_warnings():
    # It would rather have the schema that only the newest Grafana reads.
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.builders.common import VizLegendOptions
    from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
    from grafana_foundation_sdk.builders.prometheus import Dataquery
    from grafana_foundation_sdk.builders.timeseries import Panel as TimeSeries
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
    from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef

SOURCE = DataSourceRef(type_val="prometheus", uid="darkroom-prometheus")
WIDTH, HEIGHT = 8, 8
"""Three panels beside each other."""


@dataclass(frozen=True, slots=True)
class Panel:
    """`queries`: PromQL by legend. `why`: what a person learns from it, shown at its corner."""

    title: str
    unit: str
    queries: Mapping[str, str]
    why: str
    floor: float | None = 0


@dataclass(frozen=True, slots=True)
class Board:
    uid: str
    title: str
    rows: Mapping[str, Sequence[Panel]]

    @property
    def panels(self) -> Sequence[Panel]:
        return [panel for row in self.rows.values() for panel in row]

    def json(self) -> str:
        built = (
            Dashboard(self.title).uid(self.uid).tags(["darkroom"]).readonly()
            .time("now-1h", "now").refresh("10s").tooltip(DashboardCursorSync.CROSSHAIR)
        )  # fmt: skip
        for name, panels in self.rows.items():
            built = built.with_row(Row(name))
            for panel in panels:
                built = built.with_panel(_shown(panel))
        return JSONEncoder(sort_keys=True, indent=2).encode(built.build()) + "\n"


def _shown(panel: Panel) -> TimeSeries:
    legend = (
        VizLegendOptions().show_legend(True)
        .display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    )  # fmt: skip
    shown = (
        TimeSeries().title(panel.title).description(panel.why).unit(panel.unit)
        .datasource(SOURCE).span(WIDTH).height(HEIGHT).legend(legend).fill_opacity(10)
    )  # fmt: skip
    if panel.floor is not None:
        shown = shown.min(panel.floor)
    for place, (name, query) in enumerate(panel.queries.items()):
        shown = shown.with_target(
            Dataquery().expr(query).legend_format(name).ref_id(chr(ord("A") + place))
        )
    return shown
