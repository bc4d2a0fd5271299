#include "core/state/state.h"
#include "core/wire/genesis_file_codec.h"
#include "tests/fuzz/properties.h"

// The genesis file, and the state a node would start from.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto decode = [](ByteView bytes) { return decode_genesis(bytes); };
    fuzz::check_round_trip({data, size}, decode, [](const LoadedGenesis& loaded) {
        const auto state = state_from_genesis(loaded);
        CHECK(state ? state->network == loaded.network : !to_string(state.error()).empty());
        return encode_genesis(loaded.block);
    });
    return 0;
}
