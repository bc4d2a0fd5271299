// A certified window of one cluster with a size chosen by the test: the sealed line of its first
// meter is filled up, which only a holder of its key can notice.
#pragma once

#include "core/state/block_size.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

[[nodiscard]] inline std::size_t weight_of(const std::vector<Transaction>& transactions) {
    BlockSize size;
    size.add(transactions);
    return size.envelopes;
}

// Window 0 of the cluster; its envelopes together have exactly so many bytes.
[[nodiscard]] inline std::vector<Transaction> heavy_group(TestChain& chain,
                                                          const ClusterId& cluster,
                                                          std::size_t bytes) {
    const OpenedReadings readings = chain.read_all(cluster, 0);
    Settlement settlement = chain.settle(cluster, 0, readings);
    Bytes& filling = settlement.lines.front().ciphertext;
    filling.resize(100'000);  // large enough that each further byte adds exactly one byte
    filling.resize(100'000 + bytes - weight_of(chain.group(settlement, readings)));
    std::vector<Transaction> group = chain.group(settlement, readings);
    CHECK(weight_of(group) == bytes);
    return group;
}

}  // namespace fairfeed::test
