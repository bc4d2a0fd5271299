#include "core/wire/message_codec.h"
#include "tests/fuzz/properties.h"

// A committee member endorses a batch; its signature later serves as a witness.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_network_round_trip(
        {data, size}, decode_endorsement, [](const Signed<Endorsement>& said) {
            return encode_endorsement(said.content, {said.signer, said.signature});
        });
    return 0;
}
