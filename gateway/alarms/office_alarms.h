// What a decided block gives the office to look into (paper A39, A69, A87): a broken seal, a meter
// that became silent, registers that were reset, evidence, a capacity exceeded or overstated, and a
// week that began without a tariff of its own. A fold: the same blocks give the same alarms, each
// in the block in which it can first be known, told once. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/capacity/peak_watch.h"
#include "gateway/follower/office_books.h"

namespace fairfeed {

enum class OfficeAlarmKind : std::uint8_t {
    seal_broken,  // or a cover opened
    silent_meter,
    impossible_registers,  // they fell: the meter signed a reset
    evidence_against_meter,
    evidence_against_node,
    capacity_exceeded,
    capacity_overstated,
    no_tariff,
};
[[nodiscard]] std::string_view to_string(OfficeAlarmKind kind);
[[nodiscard]] std::optional<OfficeAlarmKind> office_alarm_kind_named(std::string_view name);

struct OfficeAlarm {
    OfficeAlarmKind kind = OfficeAlarmKind::seal_broken;
    std::string subject;  // a meter's or a node's name, or "tariff"
    std::optional<ClusterId> cluster;
    Height height = 0;  // of the block
    std::string what;   // a sentence
    bool operator==(const OfficeAlarm&) const = default;
};

class OfficeAlarms {
  public:
    struct Found {
        std::vector<OfficeAlarm> alarms;
        std::vector<PeakFinding> peaks;  // warnings among them, which are no alarms
    };
    OfficeAlarms(const PeakLimits& limits, const NetworkParameters& parameters);

    // The next block, genesis first.
    [[nodiscard]] Found follow(const OpenedBlock& opened);

    // What blocks have shown so far: PeakWatch.
    void write(cbor::Writer& out) const { peaks_.write(out); }
    void read(cbor::Reader& in) { peaks_.read(in); }
    void forget_all() { peaks_.forget_all(); }

  private:
    PeakWatch peaks_;
};

}  // namespace fairfeed
