#include "meter-sim/commands/run.h"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <string>
#include <vector>

#include "core/io/clock.h"
#include "core/io/file.h"
#include "core/io/log.h"
#include "core/io/notify.h"
#include "core/io/signals.h"
#include "meter-sim/fleet.h"
#include "meter-sim/fleet_plan.h"
#include "meter-sim/outbox.h"
#include "meter-sim/sim_config.h"

namespace fairfeed {

namespace {

// The wish to stop, whether it comes before or after there is a fleet to tell.
class StopWish {
  public:
    void express() {
        const std::lock_guard lock(mutex_);
        expressed_ = true;
        if (fleet_ != nullptr) fleet_->stop();
    }
    void pass_to(Fleet* fleet) {
        const std::lock_guard lock(mutex_);
        fleet_ = fleet;
        if (expressed_ && fleet_ != nullptr) fleet_->stop();
    }

  private:
    std::mutex mutex_;
    bool expressed_ = false;
    Fleet* fleet_ = nullptr;
};

// A connection is a file descriptor, and the customary limit of 1024 is soon reached.
void raise_open_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int complain(const std::vector<std::string>& errors, std::ostream& err) {
    for (const std::string& error : errors)
        err << error << '\n';
    return 2;
}

int complain(const IoError& error, std::ostream& err) {
    err << "meter-sim: " << error.message << '\n';
    return 1;
}

// METER@WINDOW into the plan; one line per mistake.
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
            errors.push_back("--tamper " + wish + ": say METER@WINDOW, for example m01@3");
        } else if (meter == plan.meters.end()) {
            errors.push_back("--tamper " + wish + ": the configuration has no meter '" + name +
                             "'");
        } else {
            meter->setup.breaks_at = value;
        }
    }
    return errors;
}

}  // namespace

int run_run(const RunOptions& options, std::ostream& out, std::ostream& err) {
    StopWish wish;
    const SignalWatch signals([&wish](Signal signal) {
        if (signal == Signal::stop) wish.express();
    });
    const auto config = load_sim_config(options.config);
    if (!config) return complain(config.error(), err);
    set_log_level(config->log_level);
    auto plan = plan_fleet(*config);
    if (!plan) return complain(plan.error(), err);
    if (const auto wrong = plan_tampering(options.tamper, *plan); !wrong.empty())
        return complain(wrong, err);
    raise_open_file_limit();
    if (config->outbox.has_parent_path())
        if (const auto made = make_directories(config->outbox.parent_path(), 0700); !made)
            return complain(made.error(), err);
    auto outbox = Outbox::open(config->outbox, plan->network, plan->parameters.window_seconds);
    if (!outbox) return complain(outbox.error(), err);

    out << "meter-sim: " << plan->meters.size() << " meters of network " << plan->parameters.name
        << ", windows of " << plan->parameters.window_seconds << " s at speed "
        << plan->parameters.speed << std::endl;
    auto fleet = Fleet::start({config->ca_certificate, config->status_file}, std::move(*plan),
                              std::move(*outbox));
    if (!fleet) return complain(fleet.error(), err);
    wish.pass_to(fleet->get());
    notify_ready();
    const auto ended = (*fleet)->run(Clock());
    notify_stopping();
    wish.pass_to(nullptr);
    if (!ended) return complain(ended.error(), err);
    const FleetStatus status = (*fleet)->status();
    out << "meter-sim: stopped; " << status.sent << " readings sent, " << status.receipted
        << " receipted, " << status.pending << " kept for the next start" << std::endl;
    return 0;
}

}  // namespace fairfeed
