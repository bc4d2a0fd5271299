#include "edge-node/runtime.h"

#include "core/io/file.h"
#include "core/io/log.h"
#include "edge-node/running_node.h"

namespace fairfeed {
namespace {

// A disk that damages every ledger put on it is not to be filled with them.
constexpr int kMostRebuilds = 3;

Result<LoadedGenesis, std::string> load_genesis_of(const NodeConfig& config) {
    const auto file = read_file(config.genesis);
    if (!file) return unexpected(file.error().message);
    auto genesis = decode_genesis(*file);
    if (!genesis) {
        return unexpected(concat(config.genesis.string(),
                                 ": no valid genesis: ", to_string(genesis.error()),
                                 "; copy genesis.cbor of the network's provisioning here"));
    }
    return std::move(*genesis);
}

// One life of the node; it must be over before the ledger is rebuilt.
Result<RunningNode::End, std::string> live(const NodeConfig& config, const LoadedGenesis& genesis) {
    auto node = RunningNode::open(config, genesis);
    if (node) return (*node)->run();
    if (node.error().ledger_damaged) return node.error();
    return unexpected(node.error().reason);
}

}  // namespace

Result<int, std::string> run_node(const NodeConfig& config) {
    const auto genesis = load_genesis_of(config);
    if (!genesis) return unexpected(genesis.error());
    for (int rebuilt = 0;; ++rebuilt) {
        const auto end = live(config, *genesis);
        if (!end) return unexpected(end.error());
        if (end->reason.empty()) return 0;
        if (!end->ledger_damaged || rebuilt == kMostRebuilds) {
            log_error("the disk failed; the node ends, and can be started again when it is well",
                      kv("reason", end->reason));
            return 1;
        }
        const auto done = Storage::rebuild_ledger(config, *genesis, end->reason);
        if (!done) return unexpected(done.error().message);
        log_warning("repaired", kv("what", *done));
    }
}

}  // namespace fairfeed
