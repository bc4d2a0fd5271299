#include "edge-node/service/outlook.h"

#include <algorithm>

#include "core/base/utc_text.h"
#include "core/io/log.h"
#include "core/model/certificate.h"
#include "edge-node/node/signing_words.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kClockSlackMs = 60'000;
// One absent proposer costs one round; this many rounds need a person's attention.
constexpr Round kOddRound = 5;
constexpr std::size_t kMostNamed = 4;

// Every node sends STATUS at least this often.
std::int64_t silence_ms(const Timers& timers) {
    return 3 * timers.rebroadcast_cap_ms + 5000;
}

// The time that a window may take after its end while all but one of its committee are away.
std::int64_t allowance_ms(const Timers& timers, std::size_t members) {
    return timers.grace_ms + static_cast<std::int64_t>(members) * timers.slot_ms +
           timers.propose_cap_ms + 2 * timers.vote_cap_ms;
}

std::string named(const std::vector<Outlook::Missing>& missing) {
    std::string out;
    for (std::size_t i = 0; i < std::min(missing.size(), kMostNamed); ++i)
        out += concat(i == 0 ? "" : ", ", missing[i].node, " (", missing[i].why, ")");
    if (missing.size() > kMostNamed) out += concat(" and ", missing.size() - kMostNamed, " more");
    return out;
}

std::string quorum_alarm(const ChainState& state, const std::vector<Outlook::Missing>& missing) {
    const auto is_missing = [&missing](const NodeId& node) {
        return std::any_of(missing.begin(), missing.end(),
                           [&node](const Outlook::Missing& each) { return each.node == node; });
    };
    const std::size_t all = state.validators.size();
    const auto away = static_cast<std::size_t>(
        std::count_if(state.validators.begin(), state.validators.end(), is_missing));
    if (all - away >= quorum(all)) return "";
    return concat("no quorum: ", all - away, " of ", all, " validators are here and ", quorum(all),
                  " must agree, so no block is decided; missing ", named(missing));
}

// Without seconds, so that the text of a continuing fault stays the same.
std::string minute_text(std::int64_t real_ms) {
    constexpr std::size_t kToTheMinute = 16;
    return utc_text(real_ms / 1000).substr(0, kToTheMinute) + " UTC";
}

// By a correct clock, decided blocks lie in the past.
std::string clock_alarm(const ChainState& state, Instant now) {
    if (now.real_ms + kClockSlackMs < state.tip_time_ms)
        return concat("the clock of this machine is wrong: it says ", minute_text(now.real_ms),
                      ", and block ", state.height, " was made at ", minute_text(state.tip_time_ms),
                      "; until it is set (NTP, or `date -s`) certificates seem not yet valid and "
                      "connections fail");
    if (!now.synchronised)
        return "the clock of this machine is not disciplined: the kernel does not vouch for it; "
               "install systemd-timesyncd or chrony, or see `clock` in edge-node.yaml";
    return "";
}

void add_overdue(const ChainState& state, Instant now, std::vector<std::string>& alarms) {
    const GridClock grid = state.grid();
    const auto current = grid.window_at(now.real_ms);
    for (const auto& [id, cluster] : state.clusters) {
        const auto next = state.next_window(id);
        if (!next || !current || *next >= *current) continue;
        const std::int64_t ended_ms = grid.end_real_ms(*next);
        const std::size_t members = cluster.committee.members.size();
        const auto allowed_ms = allowance_ms(state.genesis.parameters.timers, members);
        if (now.real_ms - ended_ms <= allowed_ms) continue;
        const bool one = *current - *next == 1;
        alarms.push_back(concat("cluster ", id, " is behind: ", *current - *next,
                                one ? " window has" : " windows have", " ended and ",
                                one ? "is" : "are", " not settled; the first, ", *next,
                                ", ended at ", minute_text(ended_ms)));
    }
}

std::string standing(const ChainState& state, const NodeSummary& summary, Instant now) {
    const std::int64_t starts_ms = state.genesis.parameters.real_epoch_ms;
    if (now.real_ms < starts_ms && state.height == 0)
        return concat("the network starts at ", utc_text(starts_ms / 1000), " UTC");
    return concat("height ", summary.height, ", ",
                  std::string(signing_state(summary.consensus, summary.starting)));
}

}  // namespace

Outlook::Outlook(NodeId self, const std::vector<NodeId>& others, Instant now)
    : self_(std::move(self)) {
    own_.since_ms = now.steady_ms;
    own_.reason = "not yet";
    for (const NodeId& other : others)
        others_.emplace(other, own_);
}

void Outlook::on_connection(const NodeId& broker, bool connected, std::string_view reason,
                            Instant now) {
    const auto found = others_.find(broker);
    Line& line = found == others_.end() ? own_ : found->second;
    if (line.connected != connected) line.since_ms = now.steady_ms;
    line.connected = connected;
    line.reason = reason;
}

void Outlook::on_heard(const NodeId& node, Instant now) {
    const auto found = others_.find(node);
    if (found != others_.end()) found->second.heard_ms = now.steady_ms;
}

std::vector<Outlook::Missing> Outlook::missing(const ChainState& state, Instant now) const {
    std::vector<Missing> out;
    for (const NodeId& node : state.validators)
        if (node != self_ && !others_.contains(node))
            out.push_back({node, "not among the peers of edge-node.yaml"});
    for (const auto& [node, line] : others_) {
        if (state.is_revoked(node)) continue;
        const std::int64_t quiet_ms = now.steady_ms - std::max(line.since_ms, line.heard_ms);
        if (!line.connected && now.steady_ms - line.since_ms >= kPatienceMs)
            out.push_back({node, concat("no connection: ", line.reason)});
        else if (line.connected && quiet_ms >= silence_ms(state.genesis.parameters.timers))
            out.push_back({node, "its broker is there, but the node sends nothing"});
    }
    return out;
}

Outlook::View Outlook::look(const ChainState& state, const NodeSummary& summary,
                            Instant now) const {
    View view{missing(state, now), {}, standing(state, summary, now)};
    const auto add = [&view](std::string alarm) {
        if (!alarm.empty()) view.alarms.push_back(std::move(alarm));
    };
    add(clock_alarm(state, now));
    if (!own_.connected && now.steady_ms - own_.since_ms >= kPatienceMs)
        add(concat("the broker of this node is not connected: ", own_.reason, "; ", self_,
                   " receives no readings and sends nothing: is its Mosquitto running?"));
    add(quorum_alarm(state, view.missing));
    if (summary.consensus.awake && summary.consensus.round >= kOddRound)
        add(concat("the next block is not agreed on: height ", summary.consensus.height,
                   " is in round ", summary.consensus.round));
    if (!summary.starting) add_overdue(state, now, view.alarms);
    if (!view.missing.empty()) view.line += "; missing " + named(view.missing);
    const std::size_t alarms = summary.alarms.size() + view.alarms.size();
    if (alarms > 0) {
        const std::string& first =
            view.alarms.empty() ? summary.alarms.front() : view.alarms.front();
        view.line += concat("; ", alarms, alarms == 1 ? " alarm: " : " alarms, the first: ", first);
    }
    return view;
}

}  // namespace fairfeed
