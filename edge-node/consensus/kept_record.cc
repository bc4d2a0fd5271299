#include "edge-node/consensus/kept_record.h"

#include <utility>

#include "core/base/check.h"

namespace fairfeed::consensus {

Result<void, Reject> KeptRecord::restore(ByteView bytes) {
    CHECK(!resumable_);
    if (bytes.empty()) return {};
    auto decoded = decode_safety_record(bytes);
    if (!decoded) return unexpected(decoded.error());
    if (decoded->network != network_) return unexpected(Reject::wrong_network);
    newest_ = std::move(*decoded);
    resumable_ = newest_;
    return {};
}

std::optional<SafetyRecord> KeptRecord::take_resumable(Height height) {
    if (!resumable_ || resumable_->height > height) return std::nullopt;
    auto record = std::exchange(resumable_, std::nullopt);
    if (record->height < height) return std::nullopt;
    return record;
}

void KeptRecord::write(SafetyRecord record) {
    record.network = network_;
    newest_ = std::move(record);
    unsaved_ = encode_safety_record(newest_);
    CHECK(unsaved_->size() <= SafetyRecord::kMaxBytes);
}

std::optional<Bytes> KeptRecord::take_unsaved() {
    return std::exchange(unsaved_, std::nullopt);
}

}  // namespace fairfeed::consensus
