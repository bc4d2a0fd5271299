#include "core/proof/evidence_proof.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"

// The file that proves an offence to a stranger: an evidence proof, or an EVIDENCE alone.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const ByteView file(data, size);
    fuzz::check_round_trip(file, decode_evidence_proof, encode_evidence_proof);
    const auto found = check_evidence_file(file, fuzz::little_state().network.genesis());
    CHECK(found || !found.error().explanation.empty());
    if (found) ++fuzz::accepted_inputs;
    return 0;
}
