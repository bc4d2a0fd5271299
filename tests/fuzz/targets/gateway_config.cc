#include "gateway/config/gateway_config.h"

#include "tests/fuzz/input_file.h"
#include "tests/fuzz/properties.h"

// The office's configuration file: loaded, or refused with lines that say why.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto config = load_gateway_config(fuzz::input_file("gateway_config.yaml", {data, size}));
    if (!config) {
        CHECK(!config.error().empty());
        return 0;
    }
    CHECK(config->ledger.is_absolute() && !config->agreement_key.empty());
    CHECK(config->database.sqlite.empty() != config->database.postgresql.empty());
    for (const NodeBroker& broker : config->nodes)
        CHECK(!broker.node.empty() && !broker.host.empty() && broker.port != 0);
    ++fuzz::accepted_inputs;
    return 0;
}
