// The safety record of this node as it is kept over a run (R12): the one read at the start, until
// the height it belongs to starts; the newest one; and the bytes that wait to be made durable. Of
// several records written in one step only the last one waits. No I/O. Owned by Signatory.
#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/model/reject.h"
#include "edge-node/consensus/safety_record.h"

namespace fairfeed::consensus {

class KeptRecord {
  public:
    explicit KeptRecord(const Digest& network) : network_(network) {}

    // Reads the slot's payload, at most once. Empty: nothing was ever written. Errors: those of
    // decode_safety_record, wrong_network.
    [[nodiscard]] Result<void, Reject> restore(ByteView bytes);
    // The record to resume from when this height starts. A record of a later height is kept for its
    // height; a record of an earlier height is dropped.
    [[nodiscard]] std::optional<SafetyRecord> take_resumable(Height height);
    void write(SafetyRecord record);
    // Before the first height: the newest record is the one to resume from.
    void resume_from_newest() { resumable_ = newest_; }

    [[nodiscard]] const SafetyRecord& newest() const { return newest_; }
    // What must be durable before anything this step sends; nullopt: nothing was written.
    [[nodiscard]] std::optional<Bytes> take_unsaved();

  private:
    Digest network_;
    SafetyRecord newest_;
    std::optional<SafetyRecord> resumable_;
    std::optional<Bytes> unsaved_;
};

}  // namespace fairfeed::consensus
