#include "tests/fuzz/altered_draft.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"

// A parent alters the settlement and seals it. A member endorses the result exactly if all
// alterations together changed nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const fuzz::LittleState& little = fuzz::little_state();
    fuzz::Input input({data, size});
    SettlementDraft draft = little.draft;
    while (!input.empty())
        fuzz::alter(draft, input);
    const auto settlement = little.sealed(draft);
    CHECK(settlement);
    const bool is_same = draft.entries == little.draft.entries &&
                         draft.totals == little.draft.totals && draft.lines == little.draft.lines;
    const auto checked =
        little.accounts.check(little.state, *settlement, {{0, little.readings}}, little.keys);
    CHECK(checked.has_value() == is_same);
    CHECK(checked || !to_string(checked.error()).empty());
    ++fuzz::accepted_inputs;
    return 0;
}
