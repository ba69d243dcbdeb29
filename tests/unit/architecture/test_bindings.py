"""Every adapter of a port passes that port's contract: some binding file names it."""

from tests.unit.architecture.house import ROOT, SRC, abstract_methods, last_names, modules


def ports() -> set[str]:
    return {
        port.name
        for module in modules(SRC / "ports")
        for port in module.classes()
        if abstract_methods(port)
    }


def adapters() -> dict[str, str]:
    """Public classes under src/adapters that are a port, at first or second hand, and their files.
    One that still lacks methods is no adapter yet."""
    classes = [(c, module.name) for module in modules(SRC / "adapters") for c in module.classes()]
    family = ports()
    for _ in classes:
        family |= {c.name for c, _ in classes if last_names(c.bases) & family}
    return {
        c.name: file
        for c, file in classes
        if c.name in family and not c.name.startswith("_") and not abstract_methods(c)
    }


def test_every_adapter_is_bound_to_its_contract() -> None:
    """A binding may build its adapter in a module beside it, so any file but a clause counts."""
    bound = {name for module in modules(ROOT / "tests" / "contract") for name in module.names()
             if "clauses" not in module.path.parts}  # fmt: skip
    missing = {name: file for name, file in adapters().items() if name not in bound}
    assert missing == {}


def test_adapters_are_found() -> None:
    """A watch that finds nothing would be content for ever."""
    found = adapters()
    assert {"MemoryTelemetry", "PrometheusTelemetry", "LogTelemetry", "TeeTelemetry"} <= set(found)
    assert all(file.startswith("adapters/") for file in found.values())


def test_every_clause_class_is_inherited_by_somebody() -> None:
    contract = modules(ROOT / "tests" / "contract")
    clauses = {c.name for m in contract for c in m.classes() if c.name.endswith("Clauses")}
    inherited = {name for m in contract for c in m.classes() for name in last_names(c.bases)}
    assert clauses - inherited == set()


def test_every_port_has_somebody_who_does_it() -> None:
    bases = [last_names(c.bases) for m in modules(SRC / "adapters") for c in m.classes()]
    assert ports() - set[str]().union(*bases) == set()


def test_clauses_do_not_ask_who_they_run_on() -> None:
    """A clause file names no adapter: differences are declared by the binding."""
    askers = [
        module.name
        for module in modules(ROOT / "tests" / "contract" / "clauses")
        if any(name.startswith("adapters") for name in module.imports())
    ]
    assert askers == []
