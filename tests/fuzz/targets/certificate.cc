#include "core/wire/chain_codec.h"
#include "tests/fuzz/properties.h"

// A quorum of votes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, decode_certificate, encode_certificate);
    return 0;
}
