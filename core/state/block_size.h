// How large a block may be. A block must fit into one message, so that a node can send it to a peer
// that lacks it. Only envelopes count, because the block's id fixes their sizes. The id does not
// fix the witnesses, which have their own bounds. A block above a limit is invalid (R15). Pure.
#pragma once

#include <cstddef>
#include <span>

#include "core/model/transaction.h"
#include "core/wire/evidence_codec.h"

namespace fairfeed {

// With witnesses, certificates and framing such a block still fits kMaxMessageBytes.
constexpr std::size_t kMaxBlockBytes = 3'400'000;
// All evidence of one block together. This limit leaves most of the block to everything else.
constexpr std::size_t kMaxBlockEvidenceBytes = kMaxEvidenceBytes;

struct BlockSize {
    std::size_t envelopes = 0;
    std::size_t evidence = 0;  // of the transactions, the evidence alone

    void add(std::span<const Transaction> transactions);
    [[nodiscard]] bool is_allowed() const {
        return envelopes <= kMaxBlockBytes && evidence <= kMaxBlockEvidenceBytes;
    }
};

}  // namespace fairfeed
