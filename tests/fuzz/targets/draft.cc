#include "gateway/office/draft.h"
#include "gateway/office/notice_words.h"
#include "tests/fuzz/properties.h"
#include "tests/support/test_network.h"

// A draft as anybody may hand it to an officer: it decodes to itself, less approvals that are none,
// and its words are sentences.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto draft = decode_draft({data, size});
    if (!draft) {
        CHECK(draft.error().find('\n') == std::string::npos);
        return 0;
    }
    ++fuzz::accepted_inputs;
    const auto again = decode_draft(encode_draft(*draft));
    CHECK(again && again->notice == draft->notice && again->office == draft->office);
    const auto parameters = test::TestNetworkOptions::default_parameters();
    CHECK(!in_plain_words(draft->notice, parameters).empty());
    return 0;
}
