#include "core/wire/message_codec.h"
#include "tests/fuzz/properties.h"

// Where a node stands.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_signed_round_trip({data, size}, decode_status, encode_status);
    return 0;
}
