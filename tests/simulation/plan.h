// The faults of a run and their victims, drawn from the seed in advance, so that a plan can be
// printed. Times are virtual milliseconds from the start of the run. After calm_ms no fault happens
// any more, except that liars stay liars. A plain value.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/model/share_rule.h"
#include "tests/support/dice.h"

namespace fairfeed::simulation {

using test::Dice;

// Of a node. Every behaviour but honest counts toward f.
enum class Behaviour {
    honest,
    silent,           // receives and never sends
    equivocating,     // shows some peers another vote or proposal, or none
    twins,            // the same key lives in two machines, each heard by some of the peers
    withholding,      // never sends bodies, readings or blocks to others
    forging,          // alters endorsements, readings and bodies that it forwards
    omitting,         // as parent, omits one meter's readings, whoever sends them
    double_batching,  // two valid batches in one slot, and an endorsement for every batch it hears
    replaying,        // repeats old messages
    lying_disk,       // fsync confirms what a power cut then takes away, in any order of files
    boasting,         // claims heights that no node has, in STATUS and in answers to ATTEST
    inventing,        // proposes and certifies lists of transactions that do not exist
    hoarding,         // sends evidence about windows long before they begin, much of it at once
    colluding,        // beyond f only: twins of which each lives with one half of the others alone
    misleading,       // sends false handovers, or none; only in plans with changes of committee
};
constexpr std::size_t kBehaviours = 13;  // up to f
[[nodiscard]] std::string_view to_string(Behaviour behaviour);

enum class MeterBehaviour {
    honest,
    replaying,        // sends old readings again and again
    time_travelling,  // readings of windows that are not the one that ended
    equivocating,     // two readings of one window, each to some of the committee
    overclaiming,     // claims far more available generation, and another peak, than it had
    withholding,      // keeps some readings back; sends some of them much later, some never
    tampered,         // its seal breaks: it sends the alarm and signs nothing any more
};
constexpr std::size_t kMeterBehaviours = 7;
[[nodiscard]] std::string_view to_string(MeterBehaviour behaviour);

// Of the utility's office, beside what it has to say in the plan.
enum class OfficeBehaviour {
    honest,
    clumsy,    // says things late, twice, out of order, and contradicts itself
    robbed,    // a thief has the gateway and one officer's key: fewer than the threshold
    captured,  // as many officers as the threshold asks for deauthorise whom they like
    // A thief has the gateway, which a policy allows to deauthorise one meter; some time later the
    // officers replace its keys.
    entrusted,
};
constexpr std::size_t kOfficeBehaviours = 5;
[[nodiscard]] std::string_view to_string(OfficeBehaviour behaviour);

// The number of nodes that may lie.
enum class Liars {
    tolerated,  // f of the chain, one of each committee
    beyond,     // more than that, up to all but one
};

// A cut: nothing passes from one node's broker to another node.
struct Cut {
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
    std::vector<std::vector<bool>> blocked;  // [from][to]
    bool symmetric = true;
};
struct BrokerOutage {
    std::size_t node = 0;
    std::int64_t from_ms = 0;
    std::int64_t to_ms = 0;
};
// From this time on a node's real clock shows this value.
struct ClockChange {
    std::size_t node = 0;
    std::int64_t at_ms = 0;
    std::int64_t offset_ms = 0;
    std::int64_t drift_ppm = 0;
    bool synchronised = true;
    bool since_1970 = false;
};

// DGMD certifies another capacity of a meter.
struct CapacityNotice {
    std::int64_t at_ms = 0;
    std::size_t meter = 0;
    std::int64_t capacity_w = 0;
};

// DGMD gives a cluster to another committee, from a future window on, or, if the next window has
// long been over, from that one on.
struct CommitteeChange {
    std::int64_t at_ms = 0;
    std::size_t cluster = 0;
    std::vector<std::size_t> members;  // the parent first
    Window ahead = 1;                  // counted from the running window
};

// A node that is not in genesis (R21), numbered after all others: it boots with an empty disk, DGMD
// registers it, and perhaps revokes it again. It is honest, and a member only of committees
// allocated later. Because it may have to be silent for a while (R23), the others are a quorum
// without it.
struct Newcomer {
    std::int64_t boots_ms = 0;
    std::int64_t registered_ms = 0;
    std::optional<std::int64_t> revoked_ms;
};

// How the network shares its surplus, and how long its windows are in grid time.
struct Sharing {
    ShareRule rule = ShareRule::paper;
    ShareBasis basis = ShareBasis::previous_window;
    ShareResolution resolution = ShareResolution::window;
    std::int64_t window_seconds = 3600;

    bool operator==(const Sharing&) const = default;
    auto operator<=>(const Sharing&) const = default;
};

// What energy costs (pricing.h).
struct Pricing {
    std::uint32_t variant = 0;  // 0: one band at one rate throughout
    Window new_week = 0;        // the first one of another tariff; 0: none comes
    bool is_corrected = false;  // and of a third one, which takes its place

    bool operator==(const Pricing&) const = default;
    auto operator<=>(const Pricing&) const = default;
};

struct Plan {
    std::size_t nodes = 4;     // in genesis
    std::size_t clusters = 2;  // with meters
    std::size_t meters = 1;    // of each of them
    std::size_t members = 4;   // of each committee in genesis, if there are so many nodes
    Window windows = 2;        // in the run; the last of them ends after calm_ms
    Window close_after = 0;    // windows for late readings; 0: a day, as in the field
    Sharing sharing;
    Pricing pricing;
    std::int64_t calm_ms = 0;
    std::int64_t loss_permille = 0;
    std::int64_t repeat_permille = 0;
    std::int64_t slow_permille = 0;        // of packets that take seconds
    std::int64_t crash_permille = 0;       // before each effect
    std::int64_t late_meter_permille = 0;  // readings first sent long after their window
    // Performs the writes of a turn before all its messages, in the groups that Storage syncs;
    // otherwise each effect at its place.
    bool writes_first = false;
    std::int64_t idle_ms = 0;  // how long the run continues after everything is settled
    Liars liars = Liars::tolerated;
    std::vector<Behaviour> behaviours;             // by node
    std::vector<bool> sides;                       // by node: which one of two twins it sees
    std::vector<MeterBehaviour> meter_behaviours;  // cluster by cluster
    std::vector<Cut> cuts;
    std::vector<BrokerOutage> outages;
    std::vector<ClockChange> clocks;
    std::optional<std::int64_t> blackout_ms;
    std::optional<Newcomer> newcomer;
    OfficeBehaviour office = OfficeBehaviour::honest;
    std::vector<CapacityNotice> capacities;   // ascending
    std::vector<CommitteeChange> committees;  // ascending

    [[nodiscard]] std::size_t machines() const { return nodes + (newcomer ? 1 : 0); }
    [[nodiscard]] bool is_newcomer(std::size_t node) const { return node >= nodes; }
    [[nodiscard]] bool is_honest(std::size_t node) const {
        return behaviours[node] == Behaviour::honest;
    }
    // Whether two machines run with this node's key.
    [[nodiscard]] bool is_double(std::size_t node) const {
        return behaviours[node] == Behaviour::twins || behaviours[node] == Behaviour::colluding;
    }
    [[nodiscard]] bool has_liars() const;  // nodes or meters
    // Names of those that sign contradicting messages.
    [[nodiscard]] std::set<std::string> suspects(const std::vector<NodeId>& node_names,
                                                 const std::vector<MeterId>& meter_names) const;
};

constexpr std::int64_t kWindowMs = 4000;

[[nodiscard]] Plan draw_plan(std::uint64_t seed, std::size_t nodes, Liars liars = Liars::tolerated);
[[nodiscard]] std::string describe(const Plan& plan);

}  // namespace fairfeed::simulation
