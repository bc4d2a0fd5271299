#include "core/wire/message_codec.h"
#include "tests/fuzz/properties.h"

// Ids of transactions that wait for a block.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, decode_have, encode_have);
    return 0;
}
