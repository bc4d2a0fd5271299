#include "core/wire/message_codec.h"
#include "tests/fuzz/properties.h"

// The heights and times that a node states of itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_signed_round_trip({data, size}, decode_status, encode_status);
    return 0;
}
