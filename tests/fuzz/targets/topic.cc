#include "core/wire/topics.h"
#include "tests/fuzz/properties.h"

// MQTT topics: parsing accepts exactly the topics that we build.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const std::string_view text = as_text({data, size});
    const auto topic = Topic::parse(text);
    if (!topic) return 0;
    CHECK(topic->str() == text);
    CHECK(parse_channel(to_string(topic->channel)) == topic->channel);
    CHECK(is_valid_name(topic->network) && is_valid_name(topic->sender));
    CHECK(text.find_first_of("+#") == std::string_view::npos);
    ++fuzz::accepted_inputs;
    return 0;
}
