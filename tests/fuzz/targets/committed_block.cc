#include "core/wire/chain_codec.h"
#include "tests/fuzz/properties.h"

// A block and the certificate that decided it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_network_round_trip({data, size}, decode_committed_block, encode_committed_block);
    return 0;
}
