// The invariants that must hold after every block, under names that an auditor would use
// (docs/demo-json.md). Each report states who can check it: `public` from the chain alone,
// `keyholders` from opened lines. An invariant that was never checked is reported as not
// applicable, never as ok. A report keeps its first failure for ever. One monitor per chain, given
// blocks in order by its owner. The monitor only reports; it refuses no block. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/model/block.h"
#include "core/state/past_room.h"
#include "core/state/state.h"
#include "core/wire/cbor.h"

namespace fairfeed {

struct InvariantReport {
    std::string name;
    bool applicable = false;  // false: not checked yet, or not checkable without keys
    bool ok = false;          // false unless applicable and held in every block so far
    std::string checked_by;   // public | keyholders
    std::string explanation;  // of the first failure: height and figures; empty while it holds

    bool operator==(const InvariantReport&) const = default;
};

// A settlement's lines as a keyholder reads them, in the order of its entries.
struct OpenedSettlement {
    ClusterId cluster;
    Window window = 0;
    std::vector<SettlementLine> lines;
};

class InvariantMonitor {
  public:
    InvariantMonitor();
    // Checks an applied block. `opened`: the block's settlements whose lines are known. A node
    // without keys passes none.
    void observe(const ChainState& before, const Block& block, const ChainState& after,
                 const std::vector<OpenedSettlement>& opened);
    // The closing states of a handover, from which this keyholder's checks of lines continue.
    void take_over(const MeterId& meter, const ClosingState& closing);
    // In a fixed order. An invariant that both public and keyholders can check appears twice.
    [[nodiscard]] const std::vector<InvariantReport>& reports() const { return reports_; }
    // No applicable report has failed.
    [[nodiscard]] bool all_held() const;

    // books_codec.h.
    void write(cbor::Writer& out) const;
    [[nodiscard]] static InvariantMonitor read(cbor::Reader& in);

  private:
    enum class Check : std::size_t;
    void record(Check check, Height height, const std::string& failure);
    void observe_settlement(const ChainState& before, Height height, const Settlement& settlement);
    void observe_lines(const ChainState& before, Height height, const Settlement& settlement,
                       const OpenedSettlement& opened);
    [[nodiscard]] ClosingState& standing_of(const ChainState& before, const MeterId& meter);
    [[nodiscard]] std::string follow_money(const SettlementLine& line);
    [[nodiscard]] std::string follow_registers(const SettlementLine& line);
    [[nodiscard]] std::string follow_energy(const SettlementLine& line, Window oldest,
                                            const PastRoom& room);

    std::vector<InvariantReport> reports_;
    std::map<ClusterId, Window> settled_;
    std::map<MeterId, ClosingState> standing_;  // after the meter's last line
};

}  // namespace fairfeed
