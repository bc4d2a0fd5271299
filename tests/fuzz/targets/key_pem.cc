#include "core/crypto/key_agreement.h"
#include "core/crypto/signing.h"
#include "tests/fuzz/properties.h"

// Private keys from a file that somebody edited.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const std::string_view text = as_text({data, size});
    const auto signing = SigningKey::from_pem(text);
    const auto agreement = AgreementKey::from_pem(text);
    CHECK(signing.has_value() == agreement.has_value());
    if (!signing) return 0;
    CHECK(signing->public_key() == agreement->public_key());
    const auto again = SigningKey::from_pem(signing->to_pem());
    CHECK(again && again->public_key() == signing->public_key());
    CHECK(VerifyKey::from_point(signing->public_key()).has_value());
    ++fuzz::accepted_inputs;
    return 0;
}
