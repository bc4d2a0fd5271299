// How large a block may be. A block must fit into one message, so that a node can send it to a peer
// that lacks it. Only envelopes count, because the block's id fixes their sizes. The id does not
// fix the witnesses, which have their own bounds. A block above a limit is invalid (R15). Pure.
#pragma once

#include <cstddef>
#include <span>

#include "core/model/transaction.h"

namespace fairfeed {

// All evidence of one block together: a hundred offences. This limit leaves most of the block to
// everything else.
constexpr std::size_t kMaxBlockEvidenceBytes = 200'000;

struct BlockSize {
    std::size_t envelopes = 0;
    std::size_t evidence = 0;  // of the transactions, the evidence alone

    void add(std::span<const Transaction> transactions);
    // `max_bytes`: max_block_bytes of the network. With witnesses, certificates and framing such a
    // block still fits max_message_bytes.
    [[nodiscard]] bool is_allowed(std::size_t max_bytes) const {
        return envelopes <= max_bytes && evidence <= kMaxBlockEvidenceBytes;
    }
};

}  // namespace fairfeed
