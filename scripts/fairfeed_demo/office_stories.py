"""What the people of the office do in the demo, each story an errand (errands.py): an application
for capacity, the weekly tariff, a command, and an opened meter that is replaced."""

import time
from dataclasses import dataclass

from . import network as networks
from . import replacement
from .errands import Command, now_and_then
from .office_desk import Decision
from .tables import grid_time, kw, kwh

OPENED_IN = 1  # the window in which somebody opens a meter
ROOFS_AT = "52.5,13.4"  # degrees north and east
_INSTALLED_AFTER = 4  # windows: time for two notices and the way to the meter
_MORE_W = 500


@dataclass(frozen=True)
class Cast:
    """The meters of the stories. None: the network is too small for one of its own."""

    applicant: networks.Meter
    leaver: networks.Meter | None  # whose people move out
    opened: networks.Meter | None


def cast_of(network):
    meters = network.meters
    applicant = next((meter for meter in meters if meter.certified_w), meters[0])
    leaver = next((meter for meter in meters if meter != applicant), None)
    others = [meter for meter in meters if meter not in (applicant, leaver)]
    # A cluster of one meter would have none left.
    opened = [o for o in others if any(m.cluster == o.cluster and m != o for m in meters)]
    return Cast(applicant, leaver, opened[-1] if opened else None)


def _soon():
    """A full minute in a minute or two, as the office's commands read it."""
    return time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 120))


def capacity(office):
    """Application, visit, signed record, sealed code, CAPACITY (paper A65-A70)."""
    desk, meter, papers = office.desk, office.cast.applicant, office.papers
    papers.mkdir(mode=0o700)
    nameplate_w = (meter.certified_w or 3000) + _MORE_W
    yield from desk.ask(
        "application", "new", "--name", "Ada Ohm", "--contact", "ada@example.org", "--place",
        "Volt Lane 5", "--service-point", meter.id, "--meter", meter.id, "--estimated-w",
        nameplate_w)  # fmt: skip
    name = office.application_of(meter.id)
    yield from desk.ask("application", "schedule", name, "--visit", _soon())
    record = papers / f"{name}.inspection"
    seen = yield from desk.ask_apart(
        "inspection", "--key", office.inspector, "--application", name, "--meter", meter.id,
        "--nameplate-w", nameplate_w, "--serial", "SN 4711", "--out", record)  # fmt: skip
    yield from desk.ask("application", "inspect", name, "--record", record)
    yield from desk.ask("application", "verify", name, "--by", "erik")
    certificate, picture = papers / f"{name}.json", papers / f"{name}.svg"
    issued = yield from desk.ask("capacity-code", "issue", name, "--certificate", certificate,
                                 "--qr", picture)  # fmt: skip
    decision = yield from desk.decide(_handed_in(desk, issued["code"]))
    yield now_and_then(
        lambda: office.api.ask(f"/applications/{name}")["state"] == "operating"
    )
    proof = yield from desk.ask_apart("capacity-code", "prove", certificate, "--ledger",
                                      office.ledger)  # fmt: skip
    office.certified = certificate
    office.tell(
        "application",
        f"Ada Ohm asks for {kw(nameplate_w)} kW at {meter.id} ({name}); {seen['inspector']} "
        f"measures, and signs the record; her code {issued['code'][:10]}... serves once, as text "
        f"and as the picture {picture.name}",
    )
    office.tell("capacity", "she hands the code in: " + _decided(decision)
                + f"; {certificate.name} proves it by block {proof['height']}, and the chain "
                "knows no name")  # fmt: skip


def _handed_in(desk, code):
    return (yield from desk.ask("capacity-code", "read", code, "--draft"))["file"]


def tariff(office):
    """The forecast of the week, and the tariff that its formula drafts (paper A71, A72)."""
    yield now_and_then(office.has_history)
    decision = yield from office.desk.decide(_weekly(office))
    week = office.forecast
    office.tell(
        "forecast",
        f"for the week of {grid_time(week['from_s'], '%d %B')}, from {office.history} windows of "
        f"totals: load {kwh(week['all']['load_wh'])}, gap {kwh(week['all']['gap_wh'], '+')} kWh",
    )
    office.tell("tariff", _decided(decision))


def _weekly(office):
    office.forecast = yield from office.desk.ask("forecast", "--at", ROOFS_AT, "--draft")
    drafts = (yield from office.desk.ask("drafts"))["drafts"]
    return next(draft["file"] for draft in drafts if draft["kind"] == "tariff")


def command(office):
    """A home is disconnected, and its meter says so in a reading (paper T01, T02)."""
    meter = office.cast.leaver.id
    decision = yield from office.desk.decide(office.desk.draft(
        "command", meter=meter, order="disconnect", reason="requested_by_customer",
        effective="next+2", expires="next+20"))  # fmt: skip
    done = yield now_and_then(lambda: office.executed(meter, decision.sequence) or office.is_late())
    after = "the run ends before it is executed"
    if done is not True:
        after = f"{meter} does so, and says it in its reading of window {done['window_no']}"
    office.tell("command", f"{_decided(decision)}; {after}")


def opened_meter(office):
    """From a broken seal to one work order and the new meter's first reading (paper A39, A93)."""
    desk, old, directory = office.desk, office.cast.opened, office.directory
    new = networks.Meter(replacement.name_for(old.id, office.names()), old.cluster, home=old.home,
                         certified_w=old.certified_w)  # fmt: skip
    key = yield from replacement.make_keys(directory, new.id)
    alarm = yield now_and_then(lambda: office.order_of(old.id))
    order = alarm["id"]
    yield from desk.ask("work-order", "assign", order, "--to", "dora")
    yield from desk.ask("work-order", "visit", order, "--by", "dora")
    notices = yield from desk.decide_each(_introductions(office, old, new, key))
    yield Command([office.programs.gateway, "notices", *(each.draft for each in notices), "--out",
                   directory.replacement / replacement.NOTICES])  # fmt: skip
    replacement.write_config(directory, office.network, new)
    office.network.replacements.append(new)
    office.start_replacement()
    yield from desk.ask("work-order", "replace", order, "--by-meter", new.id, "--by", "dora")
    reading = yield now_and_then(lambda: office.reading_of(new.id) or office.is_late())
    if reading is True:  # too late to be heard of: an order stays open
        return
    first = reading["window_no"]
    finding = f"the cover of {old.id} was open; {new.id} reports since window {first}"
    yield from desk.ask("work-order", "close", order, "--finding", finding, "--by", "dora")
    office.replaced.append(new.id)
    office.tell(
        "broken seal",
        f"somebody opens {old.id} in window {OPENED_IN}: its last words are an alarm in block "
        f"{alarm['height']}, and open work order {order}",
    )
    office.tell(
        "replacement",
        f"dora goes there and puts {new.id} in its place, registered in block "
        f"{notices[0].height} with a data key of its own; it reports from window {first} on, and "
        f"the order is closed: '{finding}'",
    )


def _introductions(office, old, new, key):
    """Drafts what makes the new meter known: who it is, who may read it, what it may do."""
    draft, window = office.desk.draft, office.window() + _INSTALLED_AFTER
    office.network.spans[new.id] = (window, networks.WITHOUT_END)
    about = {"meter": new.id, "effective": window}
    yield draft("meter", cluster=old.cluster, service_point=old.id, signing_key=key, **about)
    yield draft("key_grant", data_key=office.directory.replacement / replacement.DATA_KEY, **about)
    if new.certified_w:
        yield draft("capacity", capacity_w=new.certified_w, **about)


def _decided(decision: Decision):
    """The first sentence of what was signed, who signed, and where it stands."""
    what = decision.words[0].rstrip(".")
    where = "no block" if decision.height is None else f"block {decision.height}"
    return f"'{what}', signed by {' and '.join(decision.approved_by)}, in {where}"
