#include "edge-node/consensus/block_verdicts.h"

namespace fairfeed::consensus {

void BlockVerdicts::judged(const Digest& block, bool valid, std::int64_t time_ms) {
    verdicts_.emplace(block, Verdict{valid, time_ms});
}

void BlockVerdicts::built(const Digest& block) {
    verdicts_[block] = Verdict{true, std::nullopt};
}

void BlockVerdicts::outline_came(const Digest& block) {
    asked_.erase(block);
}

std::optional<Verdict> BlockVerdicts::of(const Digest& block) const {
    const auto found = verdicts_.find(block);
    if (found == verdicts_.end()) return std::nullopt;
    return found->second;
}

bool BlockVerdicts::ask(const Digest& block) {
    return asked_.insert(block).second;
}

bool BlockVerdicts::contradict(const Digest& block) {
    return contradicted_.insert(block).second;
}

}  // namespace fairfeed::consensus
