#include "tests/fuzz/snapshot_seed.h"

#include "core/accounts/keyholder_accounts.h"
#include "core/state/app_hash.h"
#include "tests/fuzz/little_state.h"

namespace fairfeed::fuzz {

SnapshotSeed snapshot_seed() {
    const LittleState& little = little_state();
    test::TestChain chain(little.network);
    const NodeId member = test::TestNetwork::node(1);
    KeyholderAccounts accounts(Keyholder{member, test::agreement_key(member.str())});
    const CommittedBlock genesis{little.network.genesis().block.block, {}};
    (void)accounts.follow({genesis, little.state, little.state});
    chain.run_window({test::TestNetwork::cluster(1)}, 0);
    (void)accounts.follow({chain.blocks().back(), little.state, chain.state()});
    cbor::Writer books;
    accounts.write(books);
    return {encode_state(chain.state()), books.take()};
}

}  // namespace fairfeed::fuzz
