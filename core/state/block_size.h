// How large a block may be, so that whoever lacks it can be given it in one message. Only what the
// block's id settles is counted: envelopes, whose sizes follow from what is signed. Witnesses are
// left open by the id and have their own bounds. A block above a limit is invalid (R15). Pure.
#pragma once

#include <cstddef>
#include <span>

#include "core/model/transaction.h"
#include "core/wire/evidence_codec.h"

namespace fairfeed {

// With witnesses, certificates and framing such a block still fits kMaxMessageBytes.
constexpr std::size_t kMaxBlockBytes = 3'400'000;
// Evidence of one block together: it leaves most of the block to everything else.
constexpr std::size_t kMaxBlockEvidenceBytes = kMaxEvidenceBytes;

struct BlockSize {
    std::size_t envelopes = 0;
    std::size_t evidence = 0;  // among them

    void add(std::span<const Transaction> transactions);
    [[nodiscard]] bool is_allowed() const {
        return envelopes <= kMaxBlockBytes && evidence <= kMaxBlockEvidenceBytes;
    }
};

}  // namespace fairfeed
