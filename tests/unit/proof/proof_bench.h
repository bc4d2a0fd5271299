// A proof of one reading, made from a stored chain of four nodes and two windows. For tests of the
// proofs that a checker accepts and refuses. Single-threaded.
#pragma once

#include "core/proof/proof.h"
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

class ProofOfAReading : public ::testing::Test {
  protected:
    void SetUp() override {
        stored_.run_windows(2);
        stored_.store();
        auto proof = prove(stored_, TestNetwork::node(2), meter_, 1);
        ASSERT_TRUE(proof) << proof.error().explanation;
        proof_ = std::move(*proof);
    }
    [[nodiscard]] const Settlement& settlement() const {
        return std::get<Settlement>(proof_.settlement.transaction.content);
    }

    StoredChain stored_{options_of(4)};
    MeterId meter_ = TestNetwork::meter(1, 1);
    Proof proof_;
};

}  // namespace fairfeed::test
