#include "core/wire/transaction_codec.h"
#include "tests/fuzz/properties.h"

// Every kind of transaction: [kind, envelope, endorsements].
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_network_round_trip({data, size}, decode_transaction, encode_transaction);
    return 0;
}
