#include "edge-node/consensus/safety_record.h"
#include "tests/fuzz/properties.h"

// The payload of a safety slot: the votes and locks that a validator must not forget.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_round_trip({data, size}, consensus::decode_safety_record,
                           consensus::encode_safety_record);
    return 0;
}
