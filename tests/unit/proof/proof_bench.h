// A proof of one reading, made from a stored chain of four nodes and two windows. For tests of the
// proofs that a checker accepts and refuses. Single-threaded.
#pragma once

#include <optional>
#include <stdexcept>

#include "core/proof/proof.h"
#include "core/proof/proof_parts.h"
#include "core/wire/genesis_file_codec.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {

[[nodiscard]] inline TestNetworkOptions options_of(std::size_t nodes, std::size_t meters = 2) {
    TestNetworkOptions options;
    options.nodes = nodes;
    options.meters_per_cluster = meters;
    return options;
}

[[nodiscard]] inline Result<Proof, ProofRefusal> prove(const StoredChain& stored,
                                                       const NodeId& node, const MeterId& meter,
                                                       Window window) {
    return make_proof(stored.open(), stored.genesis(), stored.holder(node), meter, window);
}

// The part of the proof that does not hold, or `none`.
[[nodiscard]] inline std::string fault_of(const Proof& proof, const LoadedGenesis& genesis) {
    const auto checked = check_proof(encode_proof(proof), genesis);
    return checked ? "none" : std::string(to_string(checked.error().part));
}

// The settlement of which the proof holds an excerpt, from the chain.
[[nodiscard]] inline const Settlement& whole_settlement(const TestChain& chain,
                                                        const Proof& proof) {
    for (const Transaction& each : chain.blocks().at(proof.header.height - 1).block.transactions)
        if (each.id == proof.settlement.transaction.id) return std::get<Settlement>(each.content);
    throw std::logic_error("the proof is of another chain");
}

// Puts the settlement at this place of the block into the proof, cut down to what concerns the
// proof's reading.
inline void put_settlement(Proof& proof, const Block& block, std::size_t index) {
    const auto& reading = std::get<SignedReading>(proof.reading.transaction.content);
    proof.settlement = include(block, index);
    const auto& whole = std::get<Settlement>(proof.settlement.transaction.content);
    std::size_t entry = 0;
    while (whole.entries.at(entry).meter != reading.header.meter)
        ++entry;
    std::vector<std::size_t> late;
    for (std::size_t i = 0; i < whole.late.size(); ++i)
        if (whole.late[i].reading == reading.id) late = {i};
    SettlementExcerpt excerpt = cut_out(proof.settlement.transaction, entry, late);
    proof.settlement.transaction = std::move(excerpt.transaction);
    proof.rows = std::move(excerpt.rows);
}

class ProofOfAReading : public ::testing::Test {
  protected:
    void SetUp() override {
        stored_.run_windows(2);
        stored_.store();
        auto proof = prove(stored_, TestNetwork::node(2), meter_, 1);
        ASSERT_TRUE(proof) << proof.error().explanation;
        proof_ = std::move(*proof);
    }
    [[nodiscard]] const Settlement& settlement() {
        return whole_settlement(stored_.chain(), proof_);
    }

    StoredChain stored_{options_of(4)};
    MeterId meter_ = TestNetwork::meter(1, 1);
    Proof proof_;
};

}  // namespace fairfeed::test
