#include "core/ledger/ledger_start.h"

#include "core/io/log.h"
#include "core/ledger/ledger_snapshot.h"
#include "core/state/state_decoder.h"

namespace fairfeed {
namespace {

constexpr ReplayOptions kOwnLedger{.trust_signatures = true, .keep_before = true};

Unexpected<std::string> because(std::string_view reason) {
    return unexpected(std::string(reason));
}

ReplayVisitor counted(const ChainBooks& books, StartReport& report) {
    return [&books, &report](const ReplayStep& step) {
        ++report.blocks;
        report.transactions += step.committed.block.transactions.size();
        return books.follow(step);
    };
}

// The signature of the file vouches for the books, the next block's header for the state.
Result<ChainAtTip, std::string> from_snapshot(const Ledger& ledger, const LoadedGenesis& genesis,
                                              const SnapshotKeys& keys,
                                              const std::filesystem::path& file,
                                              const ChainBooks& books) {
    const auto content = SnapshotFiles::read(file);
    if (!content) return because(content.error().message);
    const auto snapshot = open_snapshot(*content, keys.owner, keys.signing, keys.agreement);
    if (!snapshot) return because(snapshot.error());
    auto state = decode_state(snapshot->state, genesis);
    if (!state || state->height != snapshot->height) return because("its state is not readable");
    if (auto right = check_snapshot(ledger, *state); !right) return because(right.error());
    books.begin();
    if (auto resumed = books.resume(*snapshot); !resumed) return because(resumed.error());
    ChainAtTip out;
    out.report.from = state->height;
    out.report.file = file;
    auto tip = replay_from(std::move(*state), ledger, kOwnLedger, counted(books, out.report));
    if (!tip) return because(tip.error().explanation);
    out.state = std::move(*tip);
    return out;
}

}  // namespace

Result<ChainAtTip, ReplayFault> start_at_tip(const Ledger& ledger, const LoadedGenesis& genesis,
                                             const SnapshotKeys& keys, const SnapshotFiles& files,
                                             const ChainBooks& books) {
    std::vector<std::string> refused;
    for (const std::filesystem::path& file : files.existing()) {
        auto started = from_snapshot(ledger, genesis, keys, file, books);
        if (started) {
            started->report.refused = std::move(refused);
            return std::move(*started);
        }
        refused.push_back(file.string() + ": " + started.error());
        log_warning("a snapshot is not used", kv("reason", refused.back()));
    }
    auto started = start_from_genesis(ledger, genesis, books);
    if (started) started->report.refused = std::move(refused);
    return started;
}

Result<ChainAtTip, ReplayFault> start_from_genesis(const Ledger& ledger,
                                                   const LoadedGenesis& genesis,
                                                   const ChainBooks& books) {
    books.begin();
    ChainAtTip out;
    auto tip = replay(ledger, genesis, kOwnLedger, counted(books, out.report));
    if (!tip) return unexpected(std::move(tip.error()));
    out.state = std::move(*tip);
    return out;
}

}  // namespace fairfeed
