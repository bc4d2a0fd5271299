#include "core/state/app_hash.h"
#include "core/state/state_decoder.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"

// The public state in a snapshot, of the network of the little state.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const LoadedGenesis& genesis = fuzz::little_state().network.genesis();
    const auto decode = [&](ByteView bytes) -> Result<ChainState, Reject> {
        auto state = decode_state(bytes, genesis);
        if (!state) return unexpected(Reject::malformed);
        return std::move(*state);
    };
    fuzz::check_round_trip({data, size}, decode, encode_state);
    return 0;
}
