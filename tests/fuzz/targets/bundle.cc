#include "core/wire/message_codec.h"
#include "tests/fuzz/properties.h"

// Transactions that wait for a block.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_network_round_trip({data, size}, decode_bundle, encode_bundle);
    return 0;
}
