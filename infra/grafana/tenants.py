"""Who asks for how much, and what do they get?"""

from infra.grafana.panels import Board, Panel
from infra.grafana.service import rate

TENANTS = Board("darkroom-tenants", "Darkroom: tenants", {
    "Asked for": [
        Panel("Accepted writes by tenant", "reqps", {
            "{{tenant}}": 'sum by (tenant) (rate(darkroom_tenant_writes_total'
                          '{answer="accepted"}[$__rate_interval]))'},
              "Submits above all. One that towers over the others floods."),
        Panel("Share of the accepted writes", "percentunit", {
            "{{tenant}}": 'sum by (tenant) (rate(darkroom_tenant_writes_total'
                          '{answer="accepted"}[$__rate_interval])) / scalar(sum(rate('
                          'darkroom_tenant_writes_total{answer="accepted"}'
                          '[$__rate_interval])) > 0)'},
              "Of all tenants together."),
        Panel("Writes by answer", "reqps", {
            "{{tenant}} {{answer}}": rate("darkroom_tenant_writes_total", "tenant, answer")},
              "limited: over the quota (429). refused: wrong requests. failed: ours."),
    ],
    "Given": [
        Panel("Tasks ended by tenant", "cps", {
            "{{tenant}} {{outcome}}": rate("darkroom_tenant_tasks_total", "tenant, outcome")},
              "What came out for each."),
        Panel("Device time by tenant", "percentunit", {
            "{{tenant}}": rate("darkroom_tenant_device_seconds_total", "tenant")},
              "Seconds of device a second: what each really takes. Of tasks that succeeded; in a "
              "batch each counts the whole of it."),
        Panel("Backlog growth by tenant", "cps", {
            "{{tenant}}": 'sum by (tenant) (rate(darkroom_tenant_writes_total'
                          '{answer="accepted"}[$__rate_interval])) - on (tenant) (sum by (tenant) '
                          '(rate(darkroom_tenant_tasks_total[$__rate_interval])))'},
              "Accepted less ended: above 0 a tenant's tasks pile up.", floor=None),
    ],
})  # fmt: skip
