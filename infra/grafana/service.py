"""Is the service well, and how long do people wait?"""

from infra.grafana.panels import Board, Panel

SUBMITS = 'darkroom_http_request_duration_seconds_bucket{method="POST", route="/v1/tasks"}'


def quantiles(buckets: str, by: str = "") -> dict[str, str]:
    """The median and P99 of a histogram, over all processes."""
    labels, name = (f"le, {by}", f"{{{{{by}}}}} ") if by else ("le", "")
    return {
        f"{name}{shown}": f"histogram_quantile({q}, sum by ({labels}) "
        f"(rate({buckets}[$__rate_interval])))"
        for shown, q in (("P50", 0.5), ("P99", 0.99))
    }


def rate(metric: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}[$__rate_interval]))"


SERVICE = Board("darkroom-service", "Darkroom: service", {
    "Is it well?": [
        Panel("Parts in reach", "bool_on_off", {"{{part}}": "min by (part) (darkroom_part_up)"},
              "0: the server behind an adapter does not answer. queue is the broker, ledger, keys "
              "and rate_limiter Redis, storage S3."),
        Panel("Ready workers", "short", {"{{state}}": "max by (state) (darkroom_workers)"},
              "By what they say at each heartbeat. Whoever misses three is not counted."),
        Panel("Processes that do not answer", "short", {
            "{{job}}": 'count by (job) (up{job=~"gateway|worker|collector"}) '
                       '- sum by (job) (up{job=~"gateway|worker|collector"})'},
              "Dead, frozen, or cut off: Prometheus gets no metrics from them."),
        Panel("Free disk", "percentunit", {
            "{{folder}}": "darkroom_disk_free_bytes / darkroom_disk_total_bytes"},
              "Of the disk under DATA_DIR. On one machine the servers' data lies there too."),
        Panel("Disk growth", "Bps", {
            "{{folder}}": "-deriv(darkroom_disk_free_bytes[$__rate_interval])"},
              "What is written and stays. Below 0 space becomes free.", floor=None),
        Panel("Loops that fail", "cps", {
            "{{loop}}": rate("darkroom_loop_failures_total", "loop")},
              "Background loops meet errors and go on; they say which part of the service is "
              "in trouble."),
    ],
    "Requests": [
        Panel("Requests", "reqps", {
            "{{status_class}}": rate("darkroom_http_requests_total", "status_class")},
              "Answers by class. 5xx are ours."),
        Panel("Submits: time to answer", "s", quantiles(SUBMITS),
              "The objective is 0.2 s. Submits that wait for a result (Prefer: wait) count too."),
        Panel("Wake-ups not published", "cps", {
            "not published": "sum(rate(darkroom_publish_failures_total[$__rate_interval]))"},
              "Accepted, but the broker took no message. The recovery loop publishes them later."),
    ],
    "Waiting": [
        Panel("Queue depth", "short", {
            "{{priority}}": "max by (priority) (darkroom_queue_depth)"},
              "Messages that wait, without those in a worker's hands."),
        Panel("Oldest wait", "s", {
            "{{priority}}": "max by (priority) (darkroom_queue_oldest_wait_seconds)"},
              "How long the oldest waiting task has waited until now."),
        Panel("Time in the queue", "s",
              quantiles("darkroom_task_queue_wait_seconds_bucket", "priority"),
              "Submit to first start, of tasks that were started."),
    ],
    "Tasks": [
        Panel("Tasks ended", "cps", {"{{outcome}}": rate("darkroom_tasks_total", "outcome")},
              "By how they ended, over all workers."),
        Panel("Failures by model", "percentunit", {
            "{{model}}": 'sum by (model) (rate(darkroom_tasks_total{outcome="failure"}'
                         '[$__rate_interval])) / (sum by (model) (rate(darkroom_tasks_total'
                         '{outcome=~"success|failure"}[$__rate_interval])) > 0)'},
              "The share of a model's tasks that failed. Nothing where none ended."),
        Panel("Submit to end", "s", quantiles("darkroom_task_duration_seconds_bucket", "model"),
              "What the caller waits for, queue included."),
        Panel("Start to end", "s", quantiles("darkroom_task_run_seconds_bucket", "model"),
              "The last attempt alone, without the queue."),
        Panel("Retries by reason", "cps", {"{{reason}}": rate("darkroom_task_retries_total",
                                                              "reason")},
              "Attempts that are repeated. lease_lost: a worker died or froze."),
        Panel("Attempts used up", "short", {
            "used up": "sum(increase(darkroom_attempts_exhausted_total[5m]))"},
              "Tasks that failed with their last attempt, in five minutes."),
        Panel("Leases and fences", "short", {
            "lease expiries": "sum(increase(darkroom_lease_expiries_total[5m]))",
            "stale writes refused": "sum(increase(darkroom_stale_writes_total[5m]))"},
              "Attempts whose worker gave no sign in time, and late writes of such workers that "
              "were refused; in five minutes."),
        Panel("Odd messages", "short", {
            "parked": "sum(increase(darkroom_messages_parked_total[5m]))",
            "of unknown tasks": "sum(increase(darkroom_unknown_wakeups_total[5m]))"},
              "Unreadable ones are set aside; those of deleted tasks are dropped."),
        Panel("Oldest webhook that waits", "s", {
            "waits": 'max(darkroom_webhook_oldest_seconds{outcome="pending"})'},
              "Age of the oldest webhook that is not delivered yet; 0 without one."),
        Panel("Tries of webhooks", "cps", {
            "{{outcome}}": rate("darkroom_webhook_deliveries_total", "outcome")},
              "retried: the receiver refused or did not answer, and gets it again."),
        Panel("What runs", "short", {"{{version}}": "count by (version) (darkroom_build_info)"},
              "Processes by version: more than one during an upgrade."),
    ],
})  # fmt: skip
