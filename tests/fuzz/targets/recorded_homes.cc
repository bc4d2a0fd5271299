#include "core/recordings/recorded_homes.h"

#include "core/recordings/homes_meta.h"

#include "tests/fuzz/properties.h"

// Recordings of homes and their nameplates: refused with lines that say where, or energies that add
// up.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const std::string_view text = as_text({data, size});
    const auto meta = parse_homes_meta("meta.csv", text);
    CHECK(meta || !meta.error().empty());
    const auto homes = parse_recorded_homes("homes.csv", text);
    if (!homes) {
        CHECK(!homes.error().empty() && homes.error().size() <= kMaxCsvErrors + 1);
        return 0;
    }
    for (const RecordedHome& home : homes->homes) {
        CHECK(homes->find(home.name) != nullptr && recorded_capacity_w(home) >= 0);
        std::int64_t sum_wh = 0;
        for (std::int64_t quarter = 0; quarter < home.load.quarters(); ++quarter)
            sum_wh += home.load.quarter_wh(quarter);
        CHECK(sum_wh == home.load.total_mwh() / 1000);
        CHECK(home.load.cumulative_wh(home.load.quarters()) == sum_wh);
    }
    ++fuzz::accepted_inputs;
    return 0;
}
