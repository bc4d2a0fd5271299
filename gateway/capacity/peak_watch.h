// Certified capacities watched in operation (paper A69, A70): each settled window's peak of a meter
// against its certificate. The peak is the larger of what the meter says and four times its largest
// quarter hour. Above 110 % is a warning; above 115 % in k of the last n windows is a ground to
// deauthorise; and a peak that stays far below the certificate through clear weeks, while the
// neighbours of the cluster reach theirs, says that too much was declared. Everything by watt of
// certified capacity. The first three limits are on the chain (watch_policy.h); those above are
// its defaults. A fold: (state, reports of a block) -> findings. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/crypto/signing.h"
#include "core/state/state.h"
#include "core/wire/cbor.h"
#include "gateway/follower/office_books.h"
#include "gateway/office/draft.h"

namespace fairfeed {

struct PeakLimits {
    WatchLimits watch;  // until a POLICY says others
    // A week is clear if the cluster's median best peak reaches so much of its certificates.
    std::int64_t clear_percent = 60;
    std::size_t clear_weeks = 4;    // in a row of clear ones
    std::size_t fewest_meters = 4;  // that generate in the cluster, to be judged at all
    std::int64_t low_percent = 60;  // of the median of the others
};
// The first fault for a person; empty: none.
[[nodiscard]] std::string fault_of(const PeakLimits& limits);

// A meter's own reading of one window.
struct PeakReport {
    MeterId meter;
    ClusterId cluster;
    Window window = 0;
    std::int64_t capacity_w = 0;  // certified for the window
    std::int64_t peak_w = 0;
    bool is_curtailed = false;  // a share bound: its peak says nothing of the installation
    bool operator==(const PeakReport&) const = default;
};
// Of the readings that a block settles and that DGMD can open, by window, then meter.
[[nodiscard]] std::vector<PeakReport> peak_reports(const OpenedBlock& opened);

struct PeakAboveCertificate {
    PeakReport report;
    bool operator==(const PeakAboveCertificate&) const = default;
};
struct CapacityExceeded {
    MeterId meter;
    ClusterId cluster;
    std::vector<PeakReport> windows;  // ascending: the evidence
    bool operator==(const CapacityExceeded&) const = default;
};
struct CapacityOverstated {
    MeterId meter;
    ClusterId cluster;
    std::int64_t capacity_w = 0;
    std::int64_t best_w = 0;          // in the clear weeks
    std::int64_t best_ppm = 0;        // of the certificate
    std::int64_t neighbours_ppm = 0;  // median of the others
    std::vector<std::int64_t> weeks;  // counted from the grid epoch
    bool operator==(const CapacityOverstated&) const = default;
};
using PeakFinding = std::variant<PeakAboveCertificate, CapacityExceeded, CapacityOverstated>;
// A sentence with the figures.
[[nodiscard]] std::string describe(const PeakFinding& finding);

class PeakWatch {
  public:
    PeakWatch(const PeakLimits& limits, std::int64_t windows_per_week);

    // The reports of one block, and the POLICY in force after it; late readings come after newer
    // ones. A finding is told once: an excess again only after fewer than k windows exceeded or the
    // certificate changed or was taken away, too much declared again after as many more clear
    // weeks. Under a new policy an excess is counted anew, from the policy's first window on.
    [[nodiscard]] std::vector<PeakFinding> follow(
        const std::vector<PeakReport>& reports,
        const std::optional<PolicyInForce>& policy = std::nullopt);

    // What was seen so far, and under which policy (core/accounts/books_codec.h); not the limits.
    void write(cbor::Writer& out) const;
    // In place of what was seen.
    void read(cbor::Reader& in);
    void forget_all();

  private:
    struct WatchedMeter {
        ClusterId cluster;
        std::int64_t capacity_w = 0;
        Window newest = 0;
        std::map<Window, PeakReport> exceeded;  // of the last n windows
        bool is_excess_told = false;
        std::map<std::int64_t, std::int64_t> best_w;  // by week: the running one and clear ones
        std::size_t judge_from = 0;  // clear weeks of the cluster before it is judged again
    };
    struct WatchedCluster {
        std::int64_t week = 0;                  // that runs
        std::vector<std::int64_t> clear_weeks;  // the last ones
        std::size_t clear_count = 0;            // since the beginning
    };
    void take_over(const PolicyInForce& policy);
    [[nodiscard]] static WatchedMeter read_meter(cbor::Reader& in, const MeterId& id);
    void on_report(const PeakReport& report, std::vector<PeakFinding>& out);
    // The meter has no certificate any more: what was known of it is of the one before.
    void forget(const PeakReport& report);
    void on_excess(WatchedMeter& meter, const PeakReport& report, std::vector<PeakFinding>& out);
    // The cluster has come to this week: judges the one that it leaves.
    void enter_week(const ClusterId& cluster, std::int64_t week, std::vector<PeakFinding>& out);
    void judge(const ClusterId& cluster, const WatchedCluster& watched,
               std::vector<PeakFinding>& out);
    // The best of each meter with a peak in all of these weeks, in ppm of its certificate.
    [[nodiscard]] std::map<MeterId, std::int64_t> best_ppm(
        const ClusterId& cluster, const std::vector<std::int64_t>& weeks) const;
    void forget_weeks(const ClusterId& cluster, const WatchedCluster& watched);

    PeakLimits first_limits_;  // while no policy is in force
    PeakLimits limits_;
    std::uint64_t policy_ = 0;  // the sequence of the one that the limits are of; 0: none
    Window counted_from_ = 0;   // the first window that an excess may count
    std::int64_t windows_per_week_;
    std::map<MeterId, WatchedMeter> meters_;
    std::map<ClusterId, WatchedCluster> clusters_;
};

// DEAUTHORISE for the officers, whose signing takes time: effective a day ahead, and valid no
// longer than that; the findings of an excess are its grounds.
struct DeauthorisationGround {
    const ChainState& state;
    Window running = 0;
    Window valid_until = 0;
};
[[nodiscard]] Draft deauthorisation_draft(const CapacityExceeded& excess,
                                          const DeauthorisationGround& ground,
                                          const NodeId& drafter, const Signer& signer);

}  // namespace fairfeed
