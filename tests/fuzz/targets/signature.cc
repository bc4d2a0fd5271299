#include "core/crypto/signing.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/properties.h"
#include "tests/support/test_network.h"

// Points and raw signatures with any bytes: [point or nothing] [signature] message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::Input input({data, size});
    PublicKey point = test::signing_key("fuzz").public_key();
    if (input.byte() % 2 == 1) {
        const ByteView given = input.take(PublicKey::kSize);
        point = PublicKey::from(given).value_or(point);
    }
    const auto signature = Signature::from(input.take(Signature::kSize));
    const auto key = VerifyKey::from_point(point);
    if (!signature || !key) return 0;
    CHECK(key->point() == point);
    const ByteView message = input.rest();
    const bool valid = key->verify(message, *signature);
    const SignatureFault fault = key->verify_strict(message, *signature);
    CHECK((fault == SignatureFault::none) == (valid && has_low_s(*signature)));
    CHECK(fault != SignatureFault::high_s || !has_low_s(*signature));
    if (valid) {
        CHECK(key->verify(message, flip_s(*signature)));
        ++fuzz::accepted_inputs;
    }
    return 0;
}
