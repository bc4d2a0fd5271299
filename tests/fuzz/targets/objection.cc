#include "core/wire/message_codec.h"
#include "tests/fuzz/properties.h"

// Why a member does not endorse.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_signed_round_trip({data, size}, decode_objection, encode_objection);
    return 0;
}
