#include "gateway/capacity/inspection.h"
#include "core/wire/cose.h"
#include "tests/fuzz/properties.h"

// An inspection record as anybody may hand it in: refused by name, or the same when it is signed
// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_network_round_trip(
        ByteView(data, size), decode_inspection, [](const SignedInspection& read) {
            const auto message = cose::parse_sign1(read.envelope);
            return sign_inspection(read.record, read.inspector, fuzz::network(),
                                   fuzz::SameSignature(message->signature))
                .envelope;
        });
    return 0;
}
