"""prometheus.yml, as Prometheus itself reads it."""

import subprocess

import yaml

from tests.contract.infra.stack import ROOT, services
from tests.contract.services import require_program


def test_prometheus_takes_its_configuration_and_all_rules() -> None:
    command = [require_program("promtool"), "check", "config", ROOT / "prometheus.yml"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_it_scrapes_what_the_stack_runs() -> None:
    jobs = yaml.safe_load((ROOT / "prometheus.yml").read_text())["scrape_configs"]
    found = [name for job in jobs for sd in job.get("dns_sd_configs", []) for name in sd["names"]]
    fixed = [target for job in jobs for sc in job.get("static_configs", [])
             for target in sc["targets"]]  # fmt: skip
    hosts = {*found, *(target.split(":")[0] for target in fixed)} - {"127.0.0.1"}
    assert hosts == {"gateway", "worker", "collector", "rabbitmq"}
    assert hosts <= set(services())
