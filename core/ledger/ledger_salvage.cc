#include "core/ledger/ledger_salvage.h"

#include "core/io/set_aside.h"
#include "core/ledger/block_batches.h"
#include "core/ledger/replay.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {
namespace {

// Copies block by block. An error of the new ledger goes to the caller; a fault in the old one ends
// the copy.
class Transfer {
  public:
    Transfer(const Ledger& from, Ledger& to) : from_(from), to_(to) {}

    [[nodiscard]] Result<void, ReplayFault> take(const CommittedBlock& committed) {
        const Height height = committed.block.header.height;
        if (height == 0) return {};
        const auto committed_at = from_.committed_at_ms(height);
        if (!committed_at || !*committed_at)
            return unexpected(ReplayFault{height, "damaged", "its note is missing"});
        if (auto added = to_.add({committed, **committed_at}); !added)
            return unexpected(ReplayFault{height, "not_written", added.error().message});
        return {};
    }
    [[nodiscard]] Result<void, IoError> finish() { return to_.finish(); }

  private:
    const Ledger& from_;
    BlockBatches to_;
};

// Returns the new ledger's height.
Result<Height, IoError> copy_what_holds(const std::filesystem::path& from,
                                        const std::filesystem::path& to,
                                        const LoadedGenesis& genesis) {
    auto fresh = Ledger::open(to, genesis);
    if (!fresh) return unexpected(fresh.error());
    const auto old = Ledger::open_read_only(from, genesis.network, DatabaseMark::may_be_damaged);
    if (!old) return Height{0};
    Transfer transfer(*old, *fresh);
    // The result is ignored: the blocks visited before a fault are sound.
    (void)replay(*old, genesis, {.trust_signatures = false, .keep_before = false},
                 [&](const ReplayStep& step) { return transfer.take(step.committed); });
    if (auto done = transfer.finish(); !done) return unexpected(done.error());
    return fresh->height();
}

}  // namespace

Result<Salvage, IoError> salvage_ledger(const std::filesystem::path& file,
                                        const LoadedGenesis& genesis, std::int64_t real_ms) {
    const std::filesystem::path fresh = file.string() + ".new";
    if (auto done = remove_database(fresh); !done) return unexpected(done.error());
    const auto height = copy_what_holds(file, fresh, genesis);
    if (!height) return unexpected(height.error());
    auto aside = replace_database(fresh, file, real_ms);
    if (!aside) return unexpected(aside.error());
    return Salvage{std::move(*aside), *height};
}

}  // namespace fairfeed
