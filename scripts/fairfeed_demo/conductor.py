"""Runs the network: provisions it, starts all programs, waits, and stops all programs."""

import json
import math
import shutil
import signal
import time

from . import network as networks
from . import office_page, processes, status, summary
from .faults import DemoFault, Interrupted, UsageFault
from .office import Office
from .processes import Crew

_POLL_S = 0.25
_STEP_S = 0.05  # of the office's people
_STALLED_S = 60.0
_ATTEMPTS = 3
_BROKER_S = 10.0


class Conductor:
    def __init__(self, options, programs, directory, screen, recording):
        self._options = options
        self._programs = programs
        self._directory = directory
        self._screen = screen
        self._recording = recording  # Recorded, or None: modelled homes
        self._crew = None
        self._started_at = 0.0
        self.network = None
        self.office = None  # Office, or None: a network without
        self.provisioned = None  # the JSON of `gateway provision --json`
        self.unwell = []  # programs that did not end well

    def start(self):
        """Provisions and starts all programs; tries other ports once if one was taken meanwhile."""
        if self._recording is not None:
            self._try_recording()
        for attempt in range(_ATTEMPTS):
            self._directory.empty()
            if self._recording is not None:
                self._recording.keep_in(self._directory.path)
            self.network = networks.plan(self._options, self._recording)
            self._provision()
            if networks.has_office(self._options):
                self.office = Office(self._programs, self._directory, self.network, self._join)
            self._crew = Crew(self._directory.logs)
            if self._start_brokers():
                break
            self.kill()
            if attempt + 1 == _ATTEMPTS:
                raise DemoFault(f"a Mosquitto cannot start; see {self._directory.logs}")
        self._start_programs()
        if self._recording is not None and self.provisioned["recording"]["starts_again"]:
            hours = self._recording.content["quarters"] / 4
            length = f"{hours:g} hour" + ("" if hours == 1 else "s")
            self._screen.line(f"the recording has {length}: this run is longer, and begins it "
                              "again")

    def _try_recording(self):
        """Provisions a trial network: only a sound recording may remove an earlier run."""
        trial = self._directory.path / ".trial"
        shutil.rmtree(trial, ignore_errors=True)
        trial.mkdir()
        try:
            file = trial / "network.yaml"
            network = networks.plan(self._options, self._recording)
            file.write_text(networks.to_yaml(network), encoding="utf-8")
            self._run_provision(file, trial / "network")
        finally:
            shutil.rmtree(trial, ignore_errors=True)

    def _run_provision(self, file, directory):
        command = [self._programs.gateway, "provision", file, "--out", directory, "--json"]
        code, output, errors = processes.run([str(part) for part in command])
        if code == 2:
            raise UsageFault(errors.strip() or "gateway provision refuses this network")
        if code != 0:
            raise DemoFault(f"gateway provision failed:\n{errors.strip()}")
        return json.loads(output)

    def _provision(self):
        directory = self._directory
        directory.logs.mkdir()
        # Provisioning needs an empty directory, and ignores names that begin with a dot.
        early_logs, early_file = directory.path / ".log", directory.path / ".network.yaml"
        directory.logs.rename(early_logs)
        early_file.write_text(networks.to_yaml(self.network), encoding="utf-8")
        try:
            self.provisioned = self._run_provision(early_file, directory.path)
        finally:
            early_logs.rename(directory.logs)
            early_file.rename(directory.path / "network.yaml")
        self._started_at = self.provisioned["starts_at"] / 1000

    def _start_brokers(self):
        for node in self.network.nodes:
            config = self._directory.node(node) / "mosquitto.conf"
            self._crew.start(f"mosquitto-{node}", [self._programs.mosquitto, "-c", config])
        if self.office is not None:
            config = self._directory.path / "gateway" / "mosquitto.conf"
            self._crew.start("mosquitto-gateway", [self._programs.mosquitto, "-c", config])
        deadline = time.monotonic() + _BROKER_S
        waiting = set(self.network.broker_ports())
        while waiting and time.monotonic() < deadline:
            if self._crew.names_ended():
                return False
            waiting = {port for port in waiting if not networks.is_listening(port)}
            time.sleep(0.02)
        return not waiting

    def _join(self, name, command):
        """Starts a program while the others run."""
        self._crew.start(name, command)

    def _start_programs(self):
        for node in self.network.nodes:
            config = self._directory.node_config(node)
            command = [self._programs.edge_node, "run", "--config", config]
            self._crew.start(f"edge-node-{node}", command)
        if self.office is not None:
            command = [self._programs.gateway, "serve", "--config", self._directory.gateway_config]
            self._crew.start("gateway", command)
        command = [self._programs.meter_sim, "run", "--config", self._directory.meter_config]
        if self.office is not None:
            command += self.office.meter_options()
        self._crew.start("meter-sim", command)

    def await_start(self):
        """Waits until window 0 begins. Names unconnected programs; these may still catch up."""
        while (left := self._started_at - time.time()) > 0:
            self._crew.check()
            missing = self._snapshot().unconnected()
            text = f"window 0 begins in {left:.0f} s"
            text += f"; not yet connected: {', '.join(missing)}" if missing else "; all connected"
            self._screen.progress(text, key=None if missing else "all connected")
            time.sleep(min(_POLL_S, left))
        self._screen.end_progress()
        missing = self._snapshot().unconnected()
        if missing:
            self._screen.line("window 0 begins, and not everybody is connected: "
                              + "; ".join(missing))

    def run_windows(self):
        """Waits until all nodes have settled all windows and the office has done its work; without
        --keep, until all is quiet."""
        self._watch(self._is_told if self._options.keep else self._is_drained)

    def _is_told(self, snapshot):
        return self._is_settled(snapshot) and (
            self.office is None or self.office.is_done(snapshot)
        )

    def _is_settled(self, snapshot):
        clusters = self.network.clusters_with_meters()
        return snapshot.settled_everywhere(clusters) >= self._options.windows

    def _is_drained(self, snapshot):
        return (
            snapshot.meters_done()
            and self._is_told(snapshot)
            and snapshot.one_tip()
            and snapshot.nothing_waits()
        )

    def _watch(self, is_over):
        last_marks, moved_at = None, time.monotonic()
        while True:
            self._crew.check()
            snapshot = self._snapshot()
            self._show_progress(snapshot)
            if is_over(snapshot):
                break
            marks = self._marks(snapshot)
            if marks != last_marks:
                last_marks, moved_at = marks, time.monotonic()
            if time.monotonic() - moved_at > _STALLED_S:
                self._report_stall(snapshot)
                break
            self._pause()
        self._screen.end_progress()

    def _pause(self):
        """Until the next look; the people of the office go on meanwhile."""
        until = time.monotonic() + _POLL_S
        while time.monotonic() < until:
            if self.office is not None:
                self.office.act(math.floor(self._windows_passed()))
            time.sleep(_STEP_S)

    def _marks(self, snapshot):
        """A value that changes with any progress."""
        heights = tuple(s.get("height") for s in snapshot.nodes.values())
        return (heights, snapshot.meters.get("sent"), snapshot.meters.get("receipted"))

    def _report_stall(self, snapshot):
        clusters = self.network.clusters_with_meters()
        self._screen.line(f"nothing has moved for {_STALLED_S:.0f} s; stopping. Still missing:")
        for phrase in snapshot.laggards(clusters, self._options.windows):
            self._screen.line(f"  {phrase}")
        for name in self.office.unfinished() if self.office is not None else []:
            self._screen.line(f"  the office: {name}")

    def _windows_passed(self):
        return (time.time() - self._started_at) / networks.REAL_SECONDS_PER_WINDOW

    def _show_progress(self, snapshot):
        passed = self._windows_passed()
        settled = snapshot.settled_everywhere(self.network.clusters_with_meters())
        total = self._options.windows
        if passed < total:
            phase = f"window {max(int(passed), 0) + 1} of {total}"
        else:
            phase = f"draining: {min(settled, total)} of {total} windows settled"
        self._screen.progress(
            f"{phase} · height {snapshot.height()} · readings {snapshot.sent(self.network)} sent, "
            f"{snapshot.readings_settled(self.network)} final on every node",
            key=("run", phase),
        )

    def keep_running(self):
        """Waits for Ctrl-C, and then until readings under way have arrived."""
        try:
            self._screen.line("Running on; Ctrl-C stops it and verifies every ledger. Listen in:")
            for line in summary.listening(self._programs, self._directory, self.network):
                self._screen.line(line)
            for line in office_page.calls(self.office):
                self._screen.line(line)
            while True:
                self._crew.check()
                time.sleep(_POLL_S)
        except Interrupted as interrupted:
            if interrupted.signal_number != signal.SIGINT:
                raise
        self._screen.line("\nstopping ...")
        self._await_quiet()
        self.unwell += self._crew.stop("meter-sim")
        self._await_one_tip()

    def _await_quiet(self):
        """Waits for the last third of a window: then no message is under way."""
        window_s = networks.REAL_SECONDS_PER_WINDOW
        deadline = time.monotonic() + 4 * window_s
        while time.monotonic() < deadline:
            phase = (time.time() - self._started_at) % window_s
            snapshot = self._snapshot()
            if phase > window_s * 0.6 and snapshot.meters.get("pending") == 0:
                if snapshot.one_tip() and snapshot.nothing_waits():
                    return
            self._crew.check()
            time.sleep(0.05)

    def _await_one_tip(self):
        deadline = time.monotonic() + 3 * networks.REAL_SECONDS_PER_WINDOW
        while time.monotonic() < deadline:
            snapshot = self._snapshot()
            if snapshot.one_tip() and snapshot.nothing_waits():
                return
            time.sleep(0.05)

    def stop(self):
        """Stops meters first, brokers last. Programs that did not end well are in `unwell`."""
        if self._crew is None:
            return
        for prefix in ("meter-sim", "gateway", "edge-node-", "mosquitto-"):
            self.unwell += self._crew.stop(prefix)

    def kill(self):
        if self._crew is not None:
            self._crew.kill()

    def _snapshot(self):
        return status.read(self._directory, self.network)
