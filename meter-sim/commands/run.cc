#include "meter-sim/commands/run.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/io/clock.h"
#include "core/io/descriptors.h"
#include "core/io/file.h"
#include "core/io/file_access.h"
#include "core/io/json.h"
#include "core/io/log.h"
#include "core/io/notify.h"
#include "core/io/signals.h"
#include "meter-sim/commands/scenario_stage.h"
#include "meter-sim/fleet.h"
#include "meter-sim/fleet_plan.h"
#include "meter-sim/outbox.h"
#include "meter-sim/sim_config.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kLookAgainMs = 1000;

// A stop request, which may come before, during or after the run of a fleet.
class StopWish {
  public:
    void express() {
        const std::lock_guard lock(mutex_);
        expressed_ = true;
        if (fleet_ != nullptr) fleet_->stop();
        changed_.notify_all();
    }
    void pass_to(Fleet* fleet) {
        const std::lock_guard lock(mutex_);
        fleet_ = fleet;
        if (expressed_ && fleet_ != nullptr) fleet_->stop();
    }
    // Waits for the request or until the time is up; true: requested.
    [[nodiscard]] bool wait(std::int64_t for_ms) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::milliseconds(for_ms),
                                 [this] { return expressed_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool expressed_ = false;
    Fleet* fleet_ = nullptr;
};

int complain(const std::vector<std::string>& errors, std::ostream& err) {
    for (const std::string& error : errors)
        err << error << '\n';
    return 2;
}

int complain(const IoError& error, std::ostream& err) {
    err << "meter-sim: " << error.message << '\n';
    return 1;
}

// Adds each METER@WINDOW to the plan; one line per mistake.
std::vector<std::string> plan_tampering(const std::vector<std::string>& wishes, FleetPlan& plan) {
    std::vector<std::string> errors;
    for (const std::string& wish : wishes) {
        const std::size_t at = wish.find('@');
        const std::string name = wish.substr(0, at);
        const std::string window = at == std::string::npos ? "" : wish.substr(at + 1);
        const auto meter = std::find_if(plan.meters.begin(), plan.meters.end(), [&](auto& each) {
            return each.setup.enrolment.meter.str() == name;
        });
        Window value = 0;
        const char* end = window.data() + window.size();
        const auto parsed = std::from_chars(window.data(), end, value);
        if (window.empty() || parsed.ec != std::errc() || parsed.ptr != end) {
            errors.push_back("--tamper " + wish + ": write METER@WINDOW, for example m01@3");
        } else if (meter == plan.meters.end()) {
            errors.push_back("--tamper " + wish + ": the configuration has no meter '" + name +
                             "'");
        } else {
            meter->setup.breaks_at = value;
        }
    }
    return errors;
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

// Runs one fleet after the other on the same outbox, until a stop request or a fault that waiting
// does not cure.
class Playing {
  public:
    Playing(const RunOptions& options, const SimConfig& config, FleetSurface surface,
            ScenarioStage* stage, StopWish& wish, std::ostream& err)
        : options_(options),
          config_(config),
          surface_(std::move(surface)),
          stage_(stage),
          wish_(wish),
          err_(err) {}

    // 0, or the exit code of the fault.
    [[nodiscard]] int play(FleetPlan plan) {
        std::optional<FleetPlan> next(std::move(plan));
        while (wait_for_room()) {
            if (!next) {  // a meter whose seal broke meanwhile has no key any more
                auto again = planned();
                if (!again) return complain(again.error(), err_);
                next.emplace(std::move(*again));
            }
            const auto ended = live(std::move(*next));
            next.reset();
            if (!ended) return complain(ended.error(), err_);
            if (*ended == FleetEnd::stopped || *ended == FleetEnd::played) return 0;
            if (*ended == FleetEnd::no_descriptors && wait("no file descriptor is left")) return 0;
        }
        return 0;
    }
    [[nodiscard]] Result<FleetPlan, std::vector<std::string>> planned() const {
        auto plan = plan_fleet(config_);
        if (!plan) return plan;
        if (auto wrong = plan_tampering(options_.tamper, *plan); !wrong.empty())
            return unexpected(std::move(wrong));
        if (stage_ != nullptr) stage_->add_panels(config_, *plan);
        return plan;
    }
    [[nodiscard]] const FleetStatus& status() const { return status_; }
    [[nodiscard]] const LinkCounts& links() const { return links_; }
    [[nodiscard]] const TrafficBook& traffic() const { return surface_.traffic; }

  private:
    [[nodiscard]] Result<FleetEnd, IoError> live(FleetPlan plan) {
        if (auto made = make_directories(directory_of(config_.outbox), 0700); !made)
            return unexpected(made.error());
        auto outbox = Outbox::open(config_.outbox, plan.network, plan.parameters.window_seconds);
        if (!outbox) return unexpected(outbox.error());
        const FleetManner manner{config_.link, stage_ == nullptr ? nullptr : &stage_->script()};
        auto fleet = Fleet::start(config_.ca_certificate, surface_, std::move(plan),
                                  std::move(*outbox), manner);
        if (!fleet) return unexpected(fleet.error());
        wish_.pass_to(fleet->get());
        notify_ready();
        auto ended = (*fleet)->run(clock_);
        wish_.pass_to(nullptr);
        status_ = (*fleet)->status();
        links_ += (*fleet)->links();
        return ended;
    }
    // Reports the wait in log, status file and service manager. False: a stop request came first.
    [[nodiscard]] bool wait_for_room() {
        DiskRoom& room = surface_.room;
        if (room.look()) return true;
        notify_ready();
        log_error("the disk is full; the meters wait until there is room",
                  kv("directory", directory_of(config_.outbox).string()),
                  kv("wanted_bytes", DiskRoom::kEnoughBytes));
        while (!room.look())
            if (wait("the disk is full: make room")) return false;
        log_info("there is room on the disk again");
        return true;
    }
    // Pauses; true: stop requested.
    [[nodiscard]] bool wait(const std::string& why) {
        status_.connections_up = 0;
        status_.waiting = why;
        surface_.status.show(to_json(status_), clock_.now());
        notify_status(why);
        notify_watchdog();
        const bool stop = wish_.wait(kLookAgainMs);
        status_.waiting.clear();
        return stop;
    }

    const RunOptions& options_;
    const SimConfig& config_;
    FleetSurface surface_;
    ScenarioStage* stage_;  // null: no scenario
    StopWish& wish_;
    std::ostream& err_;
    Clock clock_;
    FleetStatus status_;  // of the last fleet when it paused
    LinkCounts links_;
};

FleetSurface surface_of(const SimConfig& config) {
    const std::filesystem::path status =
        config.status_file.empty() ? default_status_file(kMetersRuntimeName) : config.status_file;
    return {StatusFile(status), DiskRoom(directory_of(config.outbox))};
}

// Faults that begin later are printed, but are no errors yet.
int tell_check(const std::filesystem::path& file, const SimConfig& config, std::ostream& out,
               std::ostream& err) {
    const CertificateTimes times = certificate_times(config, Clock().now().real_ms / 1000);
    if (!times.of_time.empty()) return complain(times.of_time, err);
    for (const std::string& line : times.soon)
        out << line << '\n';
    out << file.string() << ": well formed; keys, certificates and genesis are there and fit\n";
    return 0;
}

Json report_json(const Playing& playing, const ScenarioStage* stage) {
    Json json = to_json(playing.status());
    json.set("link", to_json(playing.links()));
    json.set("traffic", playing.traffic().to_json());
    json.set("scenario", stage == nullptr ? Json() : stage->to_json());
    return json;
}

void print_end(const Playing& playing, const ScenarioStage* stage, std::ostream& out) {
    const FleetStatus& status = playing.status();
    out << "meter-sim: " << (stage != nullptr && stage->is_over() ? "played" : "stopped") << "; "
        << status.sent << " readings sent, " << status.receipted << " receipted, " << status.pending
        << " kept for the next start\n";
    print(playing.links(), out);
    playing.traffic().print(out);
    if (stage != nullptr) stage->print(out);
    out << std::flush;
}

// What is wrong with the command line alone.
std::vector<std::string> faults_of(const RunOptions& options) {
    if (options.scenario.empty() && !options.statuses.empty())
        return {"--status goes with --scenario"};
    return {};
}

}  // namespace

int run_run(const RunOptions& options, std::ostream& out, std::ostream& err) {
    StopWish wish;
    const SignalWatch signals([&wish](Signal signal) {
        if (signal == Signal::stop) wish.express();
    });
    if (const auto wrong = faults_of(options); !wrong.empty()) return complain(wrong, err);
    const auto config = load_sim_config(options.config);
    if (!config) return complain(config.error(), err);
    set_log_level(config->log_level);
    if (auto foreign = foreign_root_fault(directory_of(config->outbox), "meter-sim run ..."))
        return complain(std::vector{std::move(*foreign)}, err);
    auto plan = plan_fleet(*config);
    if (!plan) return complain(plan.error(), err);
    if (const auto wrong = plan_tampering(options.tamper, *plan); !wrong.empty())
        return complain(wrong, err);
    if (!plan->notice.empty()) log_warning(plan->notice);
    std::unique_ptr<ScenarioStage> stage;
    if (!options.scenario.empty()) {
        auto prepared =
            ScenarioStage::prepare(options.scenario, options.statuses, *plan, Clock().now());
        if (!prepared) return complain(prepared.error(), err);
        stage = std::move(*prepared);
        stage->add_panels(*config, *plan);
    }
    if (options.check_only) return tell_check(options.config, *config, out, err);
    raise_descriptor_limit();
    const std::size_t connections = connections_of(*plan);
    if (const auto shards = words_of_shards(connections); !shards.empty()) {
        out << "meter-sim: " << shards << std::endl;
    } else if (const auto shortage = descriptor_shortage_with(connections)) {
        log_warning("some meters will be without connections", kv("reason", *shortage));
    }
    out << "meter-sim: " << plan->meters.size() << " meters of network " << plan->parameters.name
        << ", windows of " << plan->parameters.window_seconds << " s at speed "
        << plan->parameters.speed << std::endl;
    if (stage) stage->announce(out);
    Playing playing(options, *config, surface_of(*config), stage.get(), wish, err);
    const int ended = playing.play(std::move(*plan));
    notify_stopping();
    if (ended != 0) return ended;
    print_end(playing, stage.get(), out);
    if (!options.json.empty()) {
        const std::string text = report_json(playing, stage.get()).dump(2) + "\n";
        if (auto written = write_file_atomically(options.json, as_bytes(text)); !written)
            return complain(written.error(), err);
    }
    return stage && !stage->is_met() ? 1 : 0;
}

}  // namespace fairfeed
