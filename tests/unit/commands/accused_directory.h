// A node's directory whose ledger holds evidence and a broken seal. For tests of the commands that
// show accusations. Single-threaded.
#pragma once

#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed::test {

// A ledger with two readings of one meter and a broken seal of another.
class AccusedDirectory : public NodeDirectory {
  public:
    AccusedDirectory() : NodeDirectory(4, 1) {
        test::TestChain& chain = stored().chain();
        const TestNetwork& network = stored().network();
        const auto read = [&] {
            return chain.meter(culprit())
                .read(1, test::flat_profile(chain.state(), {100, 0, 0}))
                .reading.envelope;
        };
        const auto evidence =
            make_evidence(Offence::two_readings, read(), read(), network.network());
        const MeterId opened = TestNetwork::meter(2, 1);
        const auto event = make_event({1, network.network(), opened, TestNetwork::cluster(2), 1, 9,
                                       AlarmType::cover_open, 1'470'700'000},
                                      network.key(opened));
        CHECK(chain.append(chain.next_block({*evidence, event})));
        stored().store();
    }
    [[nodiscard]] static MeterId culprit() { return TestNetwork::meter(1, 1); }
    [[nodiscard]] LedgerSource source() const { return {std::nullopt, genesis(), ledger()}; }
};

}  // namespace fairfeed::test
