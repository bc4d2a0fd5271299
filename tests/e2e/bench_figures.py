"""What scripts/bench makes of measurements. Run by bench_test.cc; each function is one story."""

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from fairfeed_bench import one_node, peer_stage, raw_mqtt  # noqa: E402
from fairfeed_bench.limits import Limits  # noqa: E402
from fairfeed_bench.loaded import Outcome  # noqa: E402
from fairfeed_demo.faults import DemoFault  # noqa: E402


def _window(number, first_sent_ms, last_receipt_ms, last_final_ms, sent=100):
    return {"window": number, "sent": sent, "receipted": sent, "final": sent,
            "first_sent_ms": first_sent_ms, "last_receipt_ms": last_receipt_ms,
            "last_final_ms": last_final_ms}  # fmt: skip


def _outcome(windows):
    uses = {"edge-node-n01": SimpleNamespace(since_mark_s=lambda: 0.5, peak_mb=30),
            "edge-node-n02": SimpleNamespace(since_mark_s=lambda: 1.5, peak_mb=40),
            "meter-sim-1": SimpleNamespace(since_mark_s=lambda: 9.0, peak_mb=90)}  # fmt: skip
    load = {"windows": windows, "readings": {"final": 1000}, "duplicates": 1, "publishes": 200}
    return Outcome(None, SimpleNamespace(load=load, watch=SimpleNamespace(uses=uses)))


def a_rate_is_the_median_of_slices_between_last_answers():
    # Ten windows, five slices of two: 200 readings in 200 ms, but once in 2000 ms.
    ends = [100, 200, 300, 400, 1400, 2400, 2500, 2600, 2700, 2800]
    run = _outcome([_window(i, 0, end, end + 7) for i, end in enumerate(ends)])
    assert run.rate("last_receipt_ms") == 1000, run.rate("last_receipt_ms")


def windows_that_end_together_count_together():
    ends = [100, 100, 200, 200, 300, 300, 400, 400, 500, 500, 600, 600]
    run = _outcome([_window(i, 0, end, end) for i, end in enumerate(ends)])
    assert run.rate("last_final_ms") == 2000, run.rate("last_final_ms")


def a_window_with_an_early_answer_ends_with_those_before_it():
    ends = [100, 200, 300, 250, 400, 500]
    run = _outcome([_window(i, 0, end, end) for i, end in enumerate(ends)])
    assert run.rate("last_final_ms") == 1000, run.rate("last_final_ms")


def too_few_answers_make_no_rate():
    run = _outcome([_window(i, 0, 100, 100) for i in range(10)])
    try:
        run.rate("last_final_ms")
        raise AssertionError("one answer made a rate")
    except DemoFault as fault:
        assert "1 answers are too few" in str(fault), fault


def a_burst_lasts_from_its_own_first_publish_to_its_last_answer():
    run = _outcome([_window(i, 1000 * i, 1000 * i + 100 + i, 1000 * i + 300) for i in range(5)])
    assert run.seconds_to("last_receipt_ms") == 0.102
    assert run.seconds_to("last_final_ms") == 0.3


def cpu_and_memory_are_those_of_the_named_processes():
    run = _outcome([])
    assert run.cpu_us("edge-node") == 2000
    assert run.peak_mb("edge-node") == 35
    assert run.duplicates_percent() == 0.5


def the_limit_counts_the_parts_of_every_node_and_the_generator_apart():
    limits = object.__new__(Limits)
    limits.publish, limits.verify, limits.insert, limits.sign, limits.answer = 20, 60, 5, 20, 5
    limits.cores = 2
    assert limits.rate(1, 0) == 2e6 / 110
    assert limits.rate(4, 60) == 2e6 / 500


def packets_are_found_however_the_bytes_arrive():
    packets = b"".join(raw_mqtt.publish_packet("a/b", bytes(size), 7) for size in (0, 100, 20_000))
    for step in (1, 3, 1000, len(packets)):
        found, rest = [], b""
        for at in range(0, len(packets), step):
            more, rest = raw_mqtt._cut(rest + packets[at : at + step])
            found += more
        assert [len(body) for _, body in found] == [7, 107, 20_007], step
        assert rest == b"" and all(kind == 0x32 for kind, _ in found)


def threads_that_end_while_they_are_counted_stop_no_benchmark():
    program = ("import threading as t, time\nwhile True:\n a = [t.Thread(target=time.sleep, "
               "args=(0.0005,)) for _ in range(8)]\n [x.start() for x in a]\n "
               "[x.join() for x in a]")  # fmt: skip
    busy = subprocess.Popen([sys.executable, "-c", program])
    try:
        until = time.monotonic() + 1
        while time.monotonic() < until:
            one_node.cpu_seconds(busy.pid)
    finally:
        busy.kill()
        busy.wait()


def _stage_that_stores(counts):
    """Ten readings, of which `counts` are in the database at each look; the last one remains."""
    stage = object.__new__(peer_stage.Stage)
    looks = iter(counts)
    state = [0]

    def stored():
        state[0] = next(looks, state[0])
        return state[0]

    stage.readings = [("m", b"")] * 10
    stage.crew = SimpleNamespace(check=lambda: None, log_tail=lambda name: "its last words")
    stage._stored = stored
    return stage


def a_peer_is_measured_from_its_first_reading_to_its_last():
    rates = _stage_that_stores([1, 3, 5, 7, 9, 11])._rates("peer", 1, time.monotonic())
    assert len(rates) == 5 and all(rate > 0 for rate in rates), rates


def a_peer_that_stores_too_little_is_named_with_its_last_words():
    patience, peer_stage._STALLED_S = peer_stage._STALLED_S, 0.05
    try:
        _stage_that_stores([1, 3, 5])._rates("peer", 1, time.monotonic())
        raise AssertionError("it was believed")
    except DemoFault as fault:
        assert "peer stored only 4 of 10 readings" in str(fault), fault
        assert "its last words" in str(fault)
    finally:
        peer_stage._STALLED_S = patience


if __name__ == "__main__":
    stories = [each for name, each in list(globals().items())
               if callable(each) and not name.startswith("_") and each.__module__ == "__main__"]  # fmt: skip
    for story in stories:
        story()
    print(f"{len(stories)} stories hold")
