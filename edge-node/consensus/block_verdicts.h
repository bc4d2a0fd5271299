// What is known of the blocks of one height (R15): the verdict on each block, whether the caller
// has been asked to judge the block, and whether a quorum contradicted the verdict (R24). Says what
// to ask and to report; sends nothing. Owned by HeightInstance.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "core/base/bytes.h"

namespace fairfeed::consensus {

struct Verdict {
    bool valid = false;
    std::optional<std::int64_t> time_ms;  // the header's time; nullopt: this node built the block
};

class BlockVerdicts {
  public:
    // The first verdict on a block stays.
    void judged(const Digest& block, bool valid, std::int64_t time_ms);
    // This node built the block: the block is valid, also against an earlier verdict.
    void built(const Digest& block);
    // The block's outline has come (again), so asking for a verdict makes sense again.
    void outline_came(const Digest& block);

    [[nodiscard]] std::optional<Verdict> of(const Digest& block) const;
    // True: the verdict has not been asked for since the outline of the block last came.
    [[nodiscard]] bool ask(const Digest& block);
    // True: this is the first contradiction of the verdict on this block.
    [[nodiscard]] bool contradict(const Digest& block);

  private:
    std::map<Digest, Verdict> verdicts_;
    std::set<Digest> asked_;
    std::set<Digest> contradicted_;
};

}  // namespace fairfeed::consensus
