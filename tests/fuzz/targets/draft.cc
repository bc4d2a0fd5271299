#include "gateway/office/draft_batch.h"
#include "gateway/office/notice_words.h"
#include "tests/fuzz/properties.h"
#include "tests/support/test_network.h"

// A draft, or a batch of them, as anybody may hand it to an officer: it decodes to itself, less
// approvals that are none, and its words are sentences.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto batch = decode_batch({data, size});
    if (!batch) {
        CHECK(batch.error().find('\n') == std::string::npos);
        return 0;
    }
    ++fuzz::accepted_inputs;
    const auto again = decode_batch(encode_batch(*batch));
    CHECK(again && again->size() == batch->size() && office_of(*again) == office_of(*batch));
    std::vector<Transaction> notices;
    for (std::size_t i = 0; i < batch->size(); ++i) {
        notices.push_back((*batch)[i].notice);
        CHECK((*again)[i].notice == notices.back());
    }
    const auto parameters = test::TestNetworkOptions::default_parameters();
    CHECK(!in_plain_words(notices, parameters).empty());
    return 0;
}
