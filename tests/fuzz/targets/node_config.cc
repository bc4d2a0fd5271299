#include "edge-node/service/node_config.h"
#include "tests/fuzz/input_file.h"
#include "tests/fuzz/properties.h"

// edge-node's configuration file: loaded, or refused with lines that say why.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto config = load_node_config(fuzz::input_file("node_config.yaml", {data, size}));
    if (!config) {
        CHECK(!config.error().empty());
        return 0;
    }
    CHECK(!config->node.empty() && config->broker.port != 0);
    ++fuzz::accepted_inputs;
    return 0;
}
