#include "core/wire/message_codec.h"
#include "tests/fuzz/properties.h"

// Blocks, bodies or readings for a peer that asked.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_network_round_trip({data, size}, decode_answer, encode_answer);
    return 0;
}
