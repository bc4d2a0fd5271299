#include "tests/simulation/simulated_disk.h"

#include <algorithm>

namespace fairfeed::simulation {
namespace {

constexpr std::int64_t kMostSectors = 6;  // of one effect's writes

}  // namespace

bool is_write(const Effect& effect) {
    return !std::holds_alternative<Publish>(effect) &&
           !std::holds_alternative<AnswerBlocks>(effect);
}

std::string_view to_string(PowerCut cut) {
    switch (cut) {
        case PowerCut::clean:
            return "crash between writes";
        case PowerCut::lost:
            return "crash, writes lost";
        case PowerCut::torn:
            return "crash, writes torn";
        case PowerCut::reordered:
            return "crash, writes reordered";
    }
    return "?";
}

void SimulatedDisk::apply(const Effect& effect) {
    // The inbox forgets the blocks in a separate step after the ledger's commit; a crash may come
    // between.
    while (!blocks_.empty() && blocks_.begin()->first.first <= ledger_.size())
        blocks_.erase(blocks_.begin());
    if (const auto* reading = std::get_if<PersistReading>(&effect)) {
        const ReadingHeader& header = reading->reading.header;
        readings_.try_emplace({header.meter, header.window, reading->reading.id},
                              ReadingRow{header.cluster, reading->reading.envelope});
    } else if (const auto* batch = std::get_if<PersistBatch>(&effect)) {
        batches_.insert_or_assign(batch->cluster, batch->batch);
    } else if (const auto* row = std::get_if<PersistEndorsement>(&effect)) {
        const Endorsement& said = row->endorsement;
        endorsements_.try_emplace({said.cluster, said.window, said.version, said.batch}, *row);
    } else if (const auto* block = std::get_if<PersistBlock>(&effect)) {
        blocks_.try_emplace({block->block.header.height, block->id}, block->block);
    } else if (const auto* safety = std::get_if<PersistSafety>(&effect)) {
        safety_ = safety->record;
    } else if (const auto* commit = std::get_if<CommitBlock>(&effect)) {
        CHECK(commit->block.block.header.height == ledger_.size() + 1);
        ledger_.push_back(commit->block);
    } else if (const auto* forget = std::get_if<ForgetWindow>(&effect)) {
        batches_.erase(forget->cluster);
        std::erase_if(endorsements_, [&](const auto& entry) {
            const auto& [cluster, window, version, id] = entry.first;
            return cluster == forget->cluster && window <= forget->window;
        });
        std::erase_if(readings_, [&](const auto& entry) {
            const auto& [meter, window, id] = entry.first;
            const auto& named = forget->readings;
            if (std::find(named.begin(), named.end(), std::pair(meter, window)) != named.end())
                return true;
            return entry.second.cluster == forget->cluster && window < forget->keep_from;
        });
    }
}

bool SimulatedDisk::strike(const std::vector<const Effect*>& together, PowerCut cut, Dice& dice) {
    std::int64_t sectors = 1;  // one makes it count: a commit frame, a checksum
    for (const Effect* effect : together)
        sectors += is_write(*effect) ? dice.between(1, kMostSectors) : 0;
    bool arrived = false;
    switch (cut) {
        case PowerCut::clean:
        case PowerCut::lost:
            break;
        case PowerCut::torn:
            arrived = dice.between(0, sectors) == sectors;
            break;
        case PowerCut::reordered:
            arrived = true;
            for (std::int64_t i = 0; i < sectors; ++i)
                arrived = dice.chance(700) && arrived;
            break;
    }
    if (!arrived) return false;
    for (const Effect* effect : together)
        apply(*effect);
    return true;
}

void SimulatedDisk::fall_back(const std::vector<SimulatedDisk>& earlier, Dice& dice) {
    const auto moment = [&]() -> const SimulatedDisk* {
        const std::size_t which = dice.index(earlier.size() + 1);
        return which == earlier.size() ? nullptr : &earlier[which];
    };
    if (const SimulatedDisk* then = moment()) ledger_ = then->ledger_;
    if (const SimulatedDisk* then = moment()) safety_ = then->safety_;
    if (const SimulatedDisk* then = moment()) {
        readings_ = then->readings_;
        batches_ = then->batches_;
        endorsements_ = then->endorsements_;
        blocks_ = then->blocks_;
    }
}

bool SimulatedDisk::keeps_reading(const Digest& id) const {
    const bool in_inbox = std::any_of(readings_.begin(), readings_.end(), [&](const auto& row) {
        return std::get<Digest>(row.first) == id;
    });
    return in_inbox || std::any_of(ledger_.begin(), ledger_.end(), [&](const auto& committed) {
               const auto& all = committed.block.transactions;
               return std::any_of(all.begin(), all.end(),
                                  [&](const Transaction& one) { return one.id == id; });
           });
}

RecoveredState SimulatedDisk::memory() const {
    RecoveredState memory;
    for (const auto& [slot, row] : readings_)
        memory.readings.push_back(row.envelope);
    for (const auto& [cluster, batch] : batches_)
        memory.batches.push_back(batch);
    for (const auto& [slot, row] : endorsements_)
        memory.endorsements.push_back(row);
    for (const auto& [place, block] : blocks_)
        memory.blocks.push_back(block);
    memory.safety_record = safety_;
    return memory;
}

BlocksAnswer SimulatedDisk::answer(const BlocksRequest& request) const {
    BlocksAnswer answer;
    const Height first = std::max<Height>(request.from, 1);
    for (Height height = first; height <= ledger_.size() && height - first < request.count;
         ++height) {
        answer.blocks.push_back(ledger_[static_cast<std::size_t>(height - 1)]);
    }
    return answer;
}

std::vector<std::vector<const Effect*>> steps_of(const Effects& turn, bool writes_first) {
    std::vector<std::vector<const Effect*>> steps;
    if (!writes_first) {
        for (const Effect& effect : turn)
            steps.push_back({&effect});
        return steps;
    }
    const Effect* last_safety = nullptr;
    for (const Effect& effect : turn) {
        if (std::holds_alternative<PersistSafety>(effect)) last_safety = &effect;
    }
    std::vector<const Effect*> inbox;  // one transaction
    std::vector<std::vector<const Effect*>> sends;
    const auto flush = [&] {
        if (!inbox.empty()) steps.push_back(std::exchange(inbox, {}));
    };
    for (const Effect& effect : turn) {
        if (!is_write(effect)) {
            sends.push_back({&effect});
        } else if (std::holds_alternative<PersistSafety>(effect)) {
            if (&effect != last_safety) continue;
            flush();
            steps.push_back({&effect});
        } else if (std::holds_alternative<CommitBlock>(effect)) {
            flush();
            steps.push_back({&effect});
        } else {
            inbox.push_back(&effect);
        }
    }
    flush();
    steps.insert(steps.end(), sends.begin(), sends.end());
    return steps;
}

}  // namespace fairfeed::simulation
