#include "core/wire/chain_codec.h"
#include "tests/fuzz/properties.h"

// A block with its bodies.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_network_round_trip({data, size}, decode_block, encode_block);
    return 0;
}
