#include "core/wire/cose.h"
#include "tests/fuzz/properties.h"

// COSE_Sign1 and COSE_Encrypt0 in our profile.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const ByteView input(data, size);
    constexpr SymmetricKey kKey{};
    fuzz::check_round_trip(input, cose::parse_sign1, [](const cose::Sign1& message) {
        return cose::assemble_sign1(message.kid, message.payload, message.signature);
    });
    const auto ciphertext = cose::parse_encrypt0(input);
    const auto opened = cose::decrypt0(kKey, {}, input);
    CHECK(!opened || (ciphertext && opened->size() < ciphertext->size()));
    CHECK(!opened || cose::encrypt0(kKey, {}, *opened) == to_bytes(input));
    return 0;
}
