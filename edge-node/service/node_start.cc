#include "edge-node/service/node_start.h"

#include "core/ledger/ledger_snapshot.h"
#include "core/state/state_decoder.h"
#include "core/wire/chain_codec.h"

namespace fairfeed {
namespace {

constexpr ReplayOptions kOwnLedger{.trust_signatures = true, .keep_before = true};

Unexpected<std::string> because(std::string_view reason) {
    return unexpected(std::string(reason));
}

}  // namespace

ReplayVisitor NodeStart::visitor(NodeAtTip& out) {
    return [this, &out](const ReplayStep& step) -> Result<void, ReplayFault> {
        const Block& block = step.committed.block;
        storage_.learn(block_id(block.header));
        if (auto found = check_index(storage_.ledger(), block); !found) return found;
        out.node->replay(step);
        out.report.transactions += block.transactions.size();
        if (progress_) progress_();
        return {};
    };
}

Result<NodeAtTip, ReplayFault> NodeStart::from_genesis() {
    storage_.unlearn();
    NodeAtTip out;
    out.node = make_();
    auto state = replay(storage_.ledger(), genesis_, kOwnLedger, visitor(out));
    if (!state) return unexpected(std::move(state.error()));
    out.state = std::move(*state);
    return out;
}

// The signature of the file vouches for the books, the next block's header for the state.
Result<NodeAtTip, std::string> NodeStart::from_snapshot(const std::filesystem::path& file) {
    const auto content = SnapshotFiles::read(file);
    if (!content) return because(content.error().message);
    const auto snapshot = open_snapshot(*content, keys_.owner, keys_.signing, keys_.agreement);
    if (!snapshot) return because(snapshot.error());
    auto state = decode_state(snapshot->state, genesis_);
    if (!state || state->height != snapshot->height) return because("its state is not readable");
    const Ledger& ledger = storage_.ledger();
    if (auto right = check_snapshot(ledger, *state); !right) return because(right.error());
    NodeAtTip out;
    out.node = make_();
    out.report.from = state->height;
    out.report.file = file;
    const auto readings = [&ledger](const std::vector<Digest>& ids) {
        return readings_in(ledger, ids);
    };
    if (!out.node->resume(snapshot->books, readings)) return because("its books are not readable");
    if (!storage_.learn_up_to(snapshot->height, snapshot->ids)) {
        return because("it knows other blocks than the ledger's index");
    }
    auto tip = replay_from(std::move(*state), ledger, kOwnLedger, visitor(out));
    if (!tip) return because(tip.error().explanation);
    out.state = std::move(*tip);
    return out;
}

Result<NodeAtTip, ReplayFault> NodeStart::run(const SnapshotFiles& files) {
    std::vector<std::string> refused;
    for (const std::filesystem::path& file : files.existing()) {
        auto started = from_snapshot(file);
        if (started) {
            started->report.refused = std::move(refused);
            return std::move(*started);
        }
        refused.push_back(file.string() + ": " + started.error());
    }
    auto started = from_genesis();
    if (started) started->report.refused = std::move(refused);
    return started;
}

}  // namespace fairfeed
