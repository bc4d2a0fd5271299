#include "tests/fuzz/properties.h"

#include "tests/unit/wire/samples.h"

namespace fairfeed::fuzz {

const Digest& network() {
    return samples::network();
}

}  // namespace fairfeed::fuzz
