#include "tests/simulation/power_cut.h"

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

bool strike(ModelDisk& disk, const std::vector<const Effect*>& together, PowerCut cut, Dice& dice) {
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
        disk.apply(*effect);
    return true;
}

void fall_back(ModelDisk& disk, const std::vector<ModelDisk>& earlier, Dice& dice) {
    const auto moment = [&]() -> const ModelDisk* {
        const std::size_t which = dice.index(earlier.size() + 1);
        return which == earlier.size() ? nullptr : &earlier[which];
    };
    if (const ModelDisk* then = moment()) disk.ledger = then->ledger;
    if (const ModelDisk* then = moment()) disk.safety_record = then->safety_record;
    if (const ModelDisk* then = moment()) disk.inbox = then->inbox;
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
