"""What do the workers and their devices do?"""

from infra.grafana.panels import Board, Panel
from infra.grafana.service import quantiles, rate

WORKERS = Board("darkroom-workers", "Darkroom: workers and GPUs", {
    "Work": [
        Panel("Worker slots", "short", {"{{state}}": "max by (state) (darkroom_worker_slots)"},
              "Places for tasks in ready workers. None free beside a queue: too few workers."),
        Panel("Device busy", "percentunit", {
            "{{instance}}": "rate(darkroom_device_busy_seconds_total[$__rate_interval])"},
              "Share of the time in which the device worked for us. A device that hangs is busy."),
        Panel("Present call of each device", "s", {
            "{{instance}}": "darkroom_device_call_seconds"},
              "How long the call goes on that the device is at. A straight line upwards hangs."),
        Panel("Stages", "s", quantiles("darkroom_task_stage_duration_seconds_bucket", "stage"),
              "Of attempts that succeeded. prepare includes fetch and decode."),
    ],
    "Batches": [
        Panel("Batch size", "short", {
            "mean": "sum(rate(darkroom_batch_items_sum[$__rate_interval])) "
                    "/ (sum(rate(darkroom_batch_items_count[$__rate_interval])) > 0)",
            "P99": "histogram_quantile(0.99, sum by (le) "
                   "(rate(darkroom_batch_items_bucket[$__rate_interval])))"},
              "Tasks that shared the device. On a CPU slow ones go one by one."),
        Panel("Batch wait", "s", quantiles("darkroom_batch_wait_seconds_bucket"),
              "How long the oldest of a batch was ready for the device."),
        Panel("Batches", "cps", {
            "batches": "sum(rate(darkroom_batch_items_count[$__rate_interval]))"},
              "Calls of the device that were work."),
    ],
    "Models": [
        Panel("Models on devices", "short", {
            "{{model}}": "sum by (model) (darkroom_model_loaded)"},
              "Workers that have a model loaded."),
        Panel("Load of models", "s", {
            "{{model}}": "max by (model) (darkroom_model_load_seconds)"},
              "The last load, with the first warm pass."),
        Panel("Ends by model", "cps", {
            "{{model}} {{outcome}}": rate("darkroom_tasks_total", "model, outcome")},
              "Who is used, and how it goes."),
    ],
    "GPUs": [
        Panel("GPU utilisation", "percentunit", {
            "{{instance}} GPU {{gpu}}": "darkroom_gpu_utilisation_ratio"},
              "Share of the last second in which any kernel ran, of any process."),
        Panel("GPU memory", "percentunit", {
            "{{instance}} GPU {{gpu}}": "darkroom_gpu_memory_used_bytes "
                                        "/ darkroom_gpu_memory_total_bytes"},
              "Of all processes together."),
        Panel("GPU temperature", "celsius", {
            "{{instance}} GPU {{gpu}}": "darkroom_gpu_temperature_celsius"},
              "Above 85 °C most compute slower."),
        Panel("GPU power", "watt", {"{{instance}} GPU {{gpu}}": "darkroom_gpu_power_watts"},
              "Little power with much utilisation: many small kernels."),
        Panel("GPU memory errors", "short", {
            "{{instance}} GPU {{gpu}}": "darkroom_gpu_ecc_errors"},
              "Uncorrected, since the driver was loaded. One that grows is broken."),
    ],
    "Processes": [
        Panel("Memory", "bytes", {"{{job}} {{instance}}": "process_resident_memory_bytes"},
              "Of each process of ours."),
        Panel("CPU of each process", "percentunit", {
            "{{job}} {{instance}}": "rate(process_cpu_seconds_total[$__rate_interval])"},
              "1 is one core. A gateway has one event loop: near 1 it is full."),
        Panel("Age", "s", {"{{job}} {{instance}}": "time() - process_start_time_seconds"},
              "Since the start. A saw's teeth are restarts."),
    ],
})  # fmt: skip
