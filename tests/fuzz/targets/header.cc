#include "core/wire/chain_codec.h"
#include "tests/fuzz/properties.h"

// A block's header, whose hash is the block's id.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, decode_header, encode_header);
    return 0;
}
