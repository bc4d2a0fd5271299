#include "core/wire/reading_codec.h"
#include "tests/fuzz/properties.h"

// The plaintext of a sealed reading.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, decode_reading_body, encode_reading_body);
    return 0;
}
