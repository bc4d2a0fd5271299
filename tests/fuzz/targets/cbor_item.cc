#include "core/wire/cbor.h"
#include "tests/fuzz/properties.h"

// Any CBOR at all, as `decode` shows it to a person; and every way to pull one item.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const ByteView input(data, size);
    const fuzz::AllocationWatch watch;
    const auto notation = cbor::diagnostic(input);
    CHECK(watch.peak_bytes() <= fuzz::allowed_bytes(size));
    cbor::Reader whole(input);
    const ByteView item = whole.item();
    CHECK(whole.finish() == notation.has_value());
    CHECK(!notation || (item.size() == size && !notation->empty()));
    cbor::Writer again;
    cbor::Reader integer(input);
    again.integer(integer.integer());
    CHECK(!integer.finish() || again.result() == to_bytes(input));
    cbor::Reader array(input);
    CHECK(array.array() <= size);
    cbor::Reader map(input);
    CHECK(map.map() <= size);
    if (notation) ++fuzz::accepted_inputs;
    return 0;
}
