#include "edge-node/service/node_start.h"

#include "core/ledger/ledger_snapshot.h"
#include "core/wire/chain_codec.h"

namespace fairfeed {

Result<void, std::string> NodeStart::resume(Node& node, const Snapshot& snapshot) {
    const Ledger& ledger = storage_.ledger();
    const auto readings = [&ledger](const std::vector<Digest>& ids) {
        return readings_in(ledger, ids);
    };
    if (!node.resume(snapshot.books, readings))
        return unexpected(std::string("its books are not readable"));
    if (!storage_.learn_up_to(snapshot.height, snapshot.ids))
        return unexpected(std::string("it knows other blocks than the ledger's index"));
    return {};
}

Result<void, ReplayFault> NodeStart::follow(Node& node, const ReplayStep& step) {
    const Block& block = step.committed.block;
    storage_.learn(block_id(block.header));
    if (auto found = check_index(storage_.ledger(), block); !found) return found;
    node.replay(step);
    if (progress_) progress_();
    return {};
}

Result<NodeAtTip, ReplayFault> NodeStart::run(const SnapshotFiles& files) {
    std::unique_ptr<Node> node;
    const ChainBooks books{[&] {
                               storage_.unlearn();
                               node = make_();
                           },
                           [&](const Snapshot& snapshot) { return resume(*node, snapshot); },
                           [&](const ReplayStep& step) { return follow(*node, step); }};
    auto started = start_at_tip(storage_.ledger(), genesis_, keys_, files, books);
    if (!started) return unexpected(std::move(started.error()));
    return NodeAtTip{std::move(node), std::move(started->state), std::move(started->report)};
}

}  // namespace fairfeed
