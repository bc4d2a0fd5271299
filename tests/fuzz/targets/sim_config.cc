#include "meter-sim/sim_config.h"
#include "tests/fuzz/input_file.h"
#include "tests/fuzz/properties.h"

// meter-sim's configuration file: loaded, or refused with lines that say why.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto config = load_sim_config(fuzz::input_file("sim_config.yaml", {data, size}));
    if (!config) {
        CHECK(!config.error().empty());
        return 0;
    }
    CHECK(!config->meters.empty());
    ++fuzz::accepted_inputs;
    return 0;
}
