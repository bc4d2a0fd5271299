// The content of a node's inbox after some effects, written from docs/protocol.md and not from
// Inbox: rows in memory. Every virtual disk of the tests has one, and tests/crash compares it with
// the inbox on real files. A plain value.
#pragma once

#include <map>
#include <tuple>
#include <utility>

#include "edge-node/effects/effects.h"
#include "edge-node/effects/recovered_state.h"

namespace fairfeed::test {

struct ModelInbox {
    struct ReadingRow {
        ClusterId cluster;
        Bytes envelope;
        bool operator==(const ReadingRow&) const = default;
    };
    struct EndorsementRow {
        Signature signature;
        Transaction batch;
        bool operator==(const EndorsementRow&) const = default;
    };
    std::map<std::tuple<MeterId, Window, Digest>, ReadingRow> readings;
    std::map<ClusterId, Transaction> batches;
    // The version comes before the batch, so that iteration follows it.
    std::map<std::tuple<ClusterId, Window, std::uint32_t, Digest>, EndorsementRow> endorsements;
    std::map<std::pair<Height, Digest>, Block> blocks;
    std::map<ClusterId, Window> doubts;
    bool lost = false;
    bool operator==(const ModelInbox&) const = default;

    // As Inbox: the first row of a reading, an endorsement or a block stays, and a newer batch
    // replaces the one before it. CommitBlock removes the blocks up to its height; effects that are
    // no matter of the inbox change nothing.
    void apply(const Effect& effect);
    void forget_blocks(Height height);  // up to this one
    // Of what a start found. Readings that do not decode are left out.
    [[nodiscard]] static ModelInbox of(const RecoveredState& memory, const Digest& network);
    // What a start finds, without the safety record.
    [[nodiscard]] RecoveredState recall() const;

  private:
    void forget(const ForgetWindow& settled);
};

}  // namespace fairfeed::test
