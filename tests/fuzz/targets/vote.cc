#include "core/wire/consensus_codec.h"
#include "tests/fuzz/properties.h"

// A prevote or precommit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, decode_vote, encode_vote);
    return 0;
}
