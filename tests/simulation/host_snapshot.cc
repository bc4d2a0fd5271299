#include "tests/simulation/host_snapshot.h"

#include <map>

#include "core/ledger/replay.h"
#include "core/state/app_hash.h"
#include "core/state/state_decoder.h"
#include "core/wire/chain_codec.h"

namespace fairfeed::simulation {
namespace {

std::optional<std::vector<SignedReading>> readings_in(const std::vector<CommittedBlock>& ledger,
                                                      const std::vector<Digest>& ids) {
    std::map<Digest, const SignedReading*> known;
    for (const CommittedBlock& committed : ledger) {
        for (const Transaction& transaction : committed.block.transactions)
            if (const auto* reading = std::get_if<SignedReading>(&transaction.content))
                known.emplace(transaction.id, reading);
    }
    std::vector<SignedReading> out;
    for (const Digest& id : ids) {
        const auto found = known.find(id);
        if (found == known.end()) return std::nullopt;
        out.push_back(*found->second);
    }
    return out;
}

}  // namespace

HostSnapshot::HostSnapshot(const Node& node)
    : height_(node.state().height),
      tip_(node.state().tip),
      state_(encode_state(node.state())),
      books_(node.books()) {}

bool HostSnapshot::is_of(const std::vector<CommittedBlock>& ledger) const {
    return height_ > 0 && height_ < ledger.size() &&
           block_id(ledger[height_ - 1].block.header) == tip_;
}

std::optional<ChainState> HostSnapshot::start(Node& node, const LoadedGenesis& genesis,
                                              const std::vector<CommittedBlock>& ledger) const {
    auto state = decode_state(state_, genesis);
    if (!state || app_hash(*state) != ledger[height_].block.header.app_hash) return std::nullopt;
    const auto readings = [&](const std::vector<Digest>& ids) { return readings_in(ledger, ids); };
    if (!node.resume(books_, readings)) return std::nullopt;
    TrustingSignatureChecker signatures;
    for (Height height = height_ + 1; height <= ledger.size(); ++height) {
        const CommittedBlock& committed = ledger[height - 1];
        const ChainState before = *state;
        if (!execute_block(*state, committed.block, signatures)) return std::nullopt;
        node.replay({committed, before, *state});
    }
    return state;
}

}  // namespace fairfeed::simulation
