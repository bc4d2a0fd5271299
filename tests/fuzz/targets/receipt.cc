#include "core/wire/message_codec.h"
#include "tests/fuzz/properties.h"

// A node tells a meter which reading it holds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_signed_round_trip({data, size}, decode_receipt, encode_receipt);
    return 0;
}
