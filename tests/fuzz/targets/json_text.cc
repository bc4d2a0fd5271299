#include "core/io/json.h"
#include "tests/fuzz/properties.h"

// JSON from a stranger: refused in one line, or unchanged after it was written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto json = Json::parse(as_text({data, size}));
    if (!json) {
        CHECK(!json.error().empty());
        return 0;
    }
    for (const int indent : {-1, 2}) {
        const auto again = Json::parse(json->dump(indent));
        CHECK(again && *again == *json);
    }
    ++fuzz::accepted_inputs;
    return 0;
}
