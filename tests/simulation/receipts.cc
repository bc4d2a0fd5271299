// The fate of receipted readings: their members hold them, and the chain takes each one, or its
// meter's registers cover it, or evidence explains its absence.
#include <algorithm>

#include "core/state/late_rules.h"
#include "tests/simulation/oracles.h"

namespace fairfeed::simulation {

void Oracles::on_receipt(std::size_t node, const Receipt& receipt, const ModelDisk& disk) {
    const KeptReading* kept = meter_of_(receipt.meter).kept(receipt.window);
    if (kept != nullptr && kept->is_event) return;  // receipted because a block has the event
    if (!disk.keeps_reading(receipt.reading)) {
        fail(scenery_.nodes[node].str() + " receipts reading " + short_hex(receipt.reading) +
             " before it is on the disk");
    }
    Receipted& receipted = receipted_[receipt.reading];
    receipted.meter = receipt.meter;
    receipted.window = receipt.window;
    receipted.by.insert(node);
}

// Whether no settlement to come may list the reading, and its day is over. A later committee may be
// unable to read it, or the chain may have another reading of the window.
bool Oracles::is_out_of_reach(const Receipted& receipted) const {
    const ChainState& state = scenery_.first_state;
    const ClusterId& cluster = meter_of_(receipted.meter).cluster();
    const auto allocated = allocated_.find(cluster);
    const bool is_given_away =
        allocated != allocated_.end() &&
        std::any_of(allocated->second.begin(), allocated->second.end(),
                    [&](const Allocated& each) { return each.effective > receipted.window; });
    const bool is_taken = audit_.listed(receipted.meter, receipted.window) != nullptr;
    std::int64_t kept = state.grid().windows_per_day();
    if (!is_given_away && !is_taken) kept = std::max(kept, late_windows(state));
    return has_settled(cluster, static_cast<Window>(receipted.window + kept + 1));
}

// Rule 1: a receipted reading is in the inbox or on the chain.
void Oracles::on_disk(std::size_t node, const ModelDisk& disk) {
    for (const auto& [reading, receipted] : receipted_) {
        if (!receipted.by.contains(node) || disk.keeps_reading(reading)) continue;
        if (is_out_of_reach(receipted)) continue;
        fail(scenery_.nodes[node].str() + " has receipted reading " + short_hex(reading) +
             " and does not hold it");
    }
}

// The meter's status in the settlement of the window; missing also if the settlement lacks the
// meter.
EntryStatus Oracles::settled_as(const Receipted& receipted) const {
    const auto settled = settled_.find({meter_of_(receipted.meter).cluster(), receipted.window});
    if (settled == settled_.end()) return EntryStatus::missing;
    for (const SettlementEntry& entry : settled->second) {
        if (entry.meter == receipted.meter) return entry.status;
    }
    return EntryStatus::missing;
}

// Rule 3: the chain took another reading of the slot without evidence that the meter signed two, or
// the chain calls an honest meter's reading a conflict.
bool Oracles::is_unexplained(const Digest& reading, const Receipted& receipted) const {
    const Digest* listed = audit_.listed(receipted.meter, receipted.window);
    if (listed != nullptr) {
        return *listed != reading && !has_named(receipted.meter.str(), Offence::two_readings);
    }
    return settled_as(receipted) == EntryStatus::conflict && meter_of_(receipted.meter).is_honest();
}

std::string Oracles::unexplained_reading() const {
    for (const auto& [reading, receipted] : receipted_) {
        if (!is_unexplained(reading, receipted)) continue;
        return "reading " + short_hex(reading) + " of " + receipted.meter.str() + ", window " +
               std::to_string(receipted.window) + ", was settled as something else";
    }
    return {};
}

ReadingFates Oracles::account_for_readings() {
    if (const std::string wrong = unexplained_reading(); !wrong.empty()) lose(wrong);
    ReadingFates fates;
    for (const auto& [reading, receipted] : receipted_) {
        ++fates.receipted;
        const Digest* listed = audit_.listed(receipted.meter, receipted.window);
        const EntryStatus settled = settled_as(receipted);
        if (!has_settled(meter_of_(receipted.meter).cluster(), receipted.window)) {
            ++fates.open;
        } else if (listed != nullptr && *listed == reading) {
            ++(settled == EntryStatus::reading ? fates.final_readings : fates.late);
        } else if (listed != nullptr || settled == EntryStatus::conflict) {
            ++fates.voided;
        } else {
            const bool covered = audit_.is_trued_up(receipted.meter, receipted.window);
            ++(covered ? fates.trued_up : fates.estimated);
        }
    }
    return fates;
}

}  // namespace fairfeed::simulation
