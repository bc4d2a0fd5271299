#include "tests/support/model_disk.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed::test {

void ModelDisk::apply(const Effect& effect) {
    inbox.forget_blocks(ledger.size());
    if (const auto* commit = std::get_if<CommitBlock>(&effect)) {
        CHECK(commit->block->block.header.height == ledger.size() + 1);
        ledger.push_back(commit->block);
    } else if (const auto* record = std::get_if<PersistSafety>(&effect)) {
        safety_record = record->record;
        safety = SafetyTrust::sound;
    } else {
        inbox.apply(effect);
    }
}

RecoveredState ModelDisk::memory() const {
    RecoveredState memory = inbox.recall();
    memory.safety_record = safety_record;
    memory.safety = safety;
    return memory;
}

BlocksAnswer ModelDisk::answer(const BlocksRequest& request) const {
    BlocksAnswer answer;
    const Height first = std::max<Height>(request.from, 1);
    for (Height height = first; height <= ledger.size() && height - first < request.count; ++height)
        answer.blocks.push_back(ledger[static_cast<std::size_t>(height - 1)]);
    return answer;
}

bool ModelDisk::holds_reading(const MeterId& meter, Window window) const {
    const auto first = inbox.readings.lower_bound({meter, window, Digest{}});
    return first != inbox.readings.end() && std::get<MeterId>(first->first) == meter &&
           std::get<Window>(first->first) == window;
}

bool ModelDisk::keeps_reading(const Digest& id) const {
    const auto is_it = [&](const auto& row) { return std::get<Digest>(row.first) == id; };
    if (std::any_of(inbox.readings.begin(), inbox.readings.end(), is_it)) return true;
    return std::any_of(ledger.begin(), ledger.end(), [&](const CommittedBlock& committed) {
        const auto& all = committed.block.transactions;
        return std::any_of(all.begin(), all.end(),
                           [&](const Transaction& one) { return one.id == id; });
    });
}

bool ModelDisk::keeps_receipted(const Receipt& receipt) const {
    return inbox.readings.contains({receipt.meter, receipt.window, receipt.reading}) ||
           keeps_reading(receipt.reading);
}

std::size_t ModelDisk::undecided_rows() const {
    return inbox.batches.size() + inbox.endorsements.size() + inbox.blocks.size();
}

}  // namespace fairfeed::test
