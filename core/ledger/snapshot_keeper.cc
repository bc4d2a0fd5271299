#include "core/ledger/snapshot_keeper.h"

#include <chrono>
#include <system_error>

#include "core/io/json_texts.h"
#include "core/io/log.h"

namespace fairfeed {

Json to_json(const SnapshotReport& report) {
    return Json::object()
        .set("height", report.height)
        .set("started_from", report.start.from)
        .set("replayed_blocks", report.start.blocks)
        .set("replayed_transactions", report.start.transactions)
        .set("refused", texts_json(report.start.refused))
        .set("written", report.written)
        .set("failed", report.failed)
        .set("fault", report.fault);
}

SnapshotKeeper::SnapshotKeeper(SnapshotFiles files, SnapshotOwner owner, const Signer& signer,
                               const PublicKey& recipient, StartReport start)
    : files_(std::move(files)),
      owner_(std::move(owner)),
      signer_(signer),
      recipient_(recipient),
      report_{.start = std::move(start), .height = 0, .written = 0, .failed = 0, .fault = {}} {
    report_.height = report_.start.from;
    schedule_.on_block(report_.start.transactions);
    files_.sweep();
    if (files_.is_next(report_.start.file)) (void)files_.promote();
}

// Everything that takes time in proportion to the snapshot, but for its encoding, is done beside
// the loop.
void SnapshotKeeper::take(Snapshot snapshot) {
    schedule_.taken();
    unproven_ = snapshot.height;
    auto write = [files = files_, owner = owner_, &signer = signer_, recipient = recipient_,
                  snapshot = std::move(snapshot)] {
        return files.put_next(seal_snapshot(snapshot, owner, signer, recipient, system_random()));
    };
    try {
        writing_ = std::async(std::launch::async, std::move(write));
    } catch (const std::system_error& error) {  // no thread can be started now
        settle(unexpected(IoError{error.what(), false}));
    }
}

void SnapshotKeeper::look(Height tip) {
    using namespace std::chrono_literals;
    if (writing_.valid()) {
        if (writing_.wait_for(0s) != std::future_status::ready) return;
        settle(writing_.get());
    }
    if (!unproven_ || tip <= *unproven_) return;
    const auto promoted = files_.promote();
    if (promoted) report_.height = *unproven_;
    if (!promoted) settle(promoted);
    unproven_.reset();
}

void SnapshotKeeper::finish() {
    if (writing_.valid()) settle(writing_.get());
}

void SnapshotKeeper::settle(const Result<void, IoError>& written) {
    report_.fault = written ? "" : written.error().message;
    if (written) {
        ++report_.written;
        log_info("snapshot written", kv("height", *unproven_));
    } else {
        ++report_.failed;
        unproven_.reset();
        log_warning("the snapshot cannot be written; a start replays more blocks",
                    kv("reason", report_.fault));
    }
}

}  // namespace fairfeed
