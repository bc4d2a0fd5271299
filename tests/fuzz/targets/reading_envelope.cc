#include "core/wire/cose.h"
#include "core/wire/reading_codec.h"
#include "tests/fuzz/properties.h"

// A meter's reading on the network. Nodes keep the envelope's bytes as they came, so the decoded
// values must suffice to build the same envelope again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::check_network_round_trip({data, size}, decode_reading, [](const SignedReading& reading) {
        const auto message = cose::parse_sign1(reading.envelope);
        CHECK(message && reading.header.meter.str() == message->kid);
        CHECK(cose::id_of(cose::Domain::reading, fuzz::network(), *message) == reading.id);
        CHECK(cose::parse_encrypt0(reading.sealed_body).has_value());
        return cose::assemble_sign1(message->kid, message->payload, message->signature);
    });
    return 0;
}
