#include "core/proof/bill_proof.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"

// The file that proves a whole bill to its owner.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const ByteView file(data, size);
    fuzz::check_round_trip(file, decode_bill_proof, encode_bill_proof);
    const auto found = check_bill_proof(file, fuzz::little_state().network.genesis());
    CHECK(found || !found.error().explanation.empty());
    return 0;
}
