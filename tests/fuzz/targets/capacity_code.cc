#include "gateway/capacity/typed_text.h"
#include "tests/fuzz/capacity_seeds.h"
#include "tests/fuzz/properties.h"

// A code as anybody may type it: refused with a sentence, or the bytes whose text it is; and only
// what the office sealed opens, within its limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto bytes = from_typed_text(as_text({data, size}));
    if (!bytes) {
        CHECK(!to_string(bytes.error()).empty());
        return 0;
    }
    ++fuzz::accepted_inputs;
    CHECK(from_typed_text(to_typed_text(*bytes)).value() == *bytes);
    const auto open = open_code(*bytes, fuzz::office_seal());
    if (!open) return 0;
    CHECK(encode_installation(open->certificate) == fuzz::installation_seed());
    return 0;
}
