#include "core/wire/settlement_line_codec.h"
#include "tests/fuzz/properties.h"

// The plaintext of a sealed closing state, beside a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, decode_closing, encode_closing);
    return 0;
}
