#include "core/wire/consensus_codec.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"

// Certificates against four known validators: three of them must have signed exactly this block.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const ChainState& state = fuzz::little_state().state;
    const auto certificate = decode_certificate({data, size});
    if (!certificate) return 0;
    const auto valid = check_certificate(state, *certificate);
    std::size_t signers = 0;
    for (const Witness& witness : certificate->witnesses) {
        const VerifyKey* key = state.node_key(witness.node);
        const Vote vote{certificate->content, witness.node, witness.signature};
        if (key && verify_vote(vote, state.network, *key)) ++signers;
    }
    const bool unanimous = signers == certificate->witnesses.size();
    CHECK(valid.has_value() == (unanimous && signers >= quorum(state.validators.size())));
    CHECK(valid || !to_string(valid.error()).empty());
    if (valid) ++fuzz::accepted_inputs;
    return 0;
}
