#include <sstream>

#include "core/base/units.h"
#include "core/io/json.h"
#include "edge-node/commands/settle.h"
#include "tests/fuzz/input_file.h"
#include "tests/fuzz/properties.h"

// `edge-node settle`: a person's figures give postings with sum zero, or lines that say what is
// wrong.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    SettleOptions options{fuzz::input_file("settle.yaml", {data, size}), std::nullopt, true};
    for (const ShareRule rule : {ShareRule::paper, ShareRule::waterfill, ShareRule::generation}) {
        options.rule = rule;
        std::ostringstream out;
        std::ostringstream err;
        const int status = run_settle(options, out, err);
        CHECK(status == 0 ? err.str().empty() : status == 2 && !err.str().empty());
        if (status != 0) continue;
        const auto page = Json::parse(out.str());
        CHECK(page);
        Int128 sum = 0;
        for (const Json& posting : *page->at("postings").as_array())
            sum += *posting.at("amount_micro").as_int();
        CHECK(sum == 0);
        options.json = false;
        CHECK(run_settle(options, out, err) == 0);
        options.resolution = ShareResolution::quarter;
        const int by_quarter = run_settle(options, out, err);
        CHECK(by_quarter == 0 || (by_quarter == 2 && !err.str().empty()));
        options.resolution = ShareResolution::window;
        options.json = true;
        ++fuzz::accepted_inputs;
    }
    return 0;
}
