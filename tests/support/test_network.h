// A whole small network in memory, with real keys: genesis, data keys, meters that measure and
// sign, committees that endorse, validators that certify. For tests of every room above the wire.
// All identities derive from their names, salts from a counter, so the network's id is the same in
// every run; only ECDSA's nonces and the wraps of data keys differ. Single-threaded.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/accounts/cluster_accounts.h"
#include "core/accounts/invariants.h"
#include "core/accounts/key_ring.h"
#include "core/crypto/key_agreement.h"
#include "core/crypto/random.h"
#include "core/crypto/signing.h"
#include "core/model/block.h"
#include "core/model/transaction.h"
#include "core/state/execution.h"
#include "core/state/state.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed::test {

// Keys by name: made once per process, the same in every run.
[[nodiscard]] const SigningKey& signing_key(std::string_view name);
[[nodiscard]] const AgreementKey& agreement_key(std::string_view name);
[[nodiscard]] SymmetricKey data_key(std::string_view name);

constexpr Window kLongValid = 1'000'000'000;

// The registers of every meter at its installation.
constexpr Registers kInstalled{1000, 500, 2000};

struct TestNetworkOptions {
    std::size_t nodes = 4;                 // node-1.. ; cluster-i has node-i as parent
    std::size_t clusters = 0;              // with a committee; 0: as many as nodes
    std::size_t clusters_with_meters = 0;  // the first ones; 0: all
    std::size_t members = 4;               // of each committee, if there are so many nodes
    std::size_t meters_per_cluster = 3;    // meter-<cluster>-<n>, both from 1
    std::int64_t capacity_w = 5000;        // of meters 1, 3, 5.. ; the others are consumers
    Window meters_effective = 0;
    NetworkParameters parameters = default_parameters();
    Tariff tariff{250'000, 80'000};
    std::size_t officers = 3;  // officer-1.., beside one inspector
    std::uint32_t threshold = 2;

    // Grid epoch 2016-08-08, real epoch the same, speed 1, windows of four hours.
    [[nodiscard]] static NetworkParameters default_parameters();
};

// The members of a network and their keys.
class TestNetwork {
  public:
    explicit TestNetwork(TestNetworkOptions options = {});

    [[nodiscard]] const TestNetworkOptions& options() const { return options_; }
    [[nodiscard]] const LoadedGenesis& genesis() const { return genesis_; }
    [[nodiscard]] const Digest& network() const { return genesis_.network; }
    [[nodiscard]] const NodeId& dgmd() const { return genesis_.content.dgmd; }
    // Aborts the test if the genesis is invalid.
    [[nodiscard]] ChainState initial_state() const;

    [[nodiscard]] static NodeId node(std::size_t index);        // from 1
    [[nodiscard]] static ClusterId cluster(std::size_t index);  // from 1
    [[nodiscard]] static MeterId meter(std::size_t cluster, std::size_t index);
    [[nodiscard]] std::vector<NodeId> nodes() const;
    [[nodiscard]] std::vector<NodeId> committee(const ClusterId& cluster) const;
    [[nodiscard]] std::vector<MeterId> meters(const ClusterId& cluster) const;

    [[nodiscard]] const SigningKey& key(const NodeId& node) const;
    [[nodiscard]] const SigningKey& key(const MeterId& meter) const;
    [[nodiscard]] SymmetricKey data_key(const MeterId& meter, KeyEpoch epoch = 1) const;
    // The keys that `node` (or dgmd()) holds in this state, unwrapped from its grants.
    [[nodiscard]] KeyRing key_ring(const ChainState& state, const NodeId& node) const;
    [[nodiscard]] const RandomSource& random() const { return random_; }  // repeats from run to run

    // The next notice of a state, or one `further` on, approved by as many of the officers in force
    // as needed, the first ones, or by none on the word of a policy; its sequence is filled in.
    // Valid for a long time.
    [[nodiscard]] Transaction from_dgmd(const ChainState& state, TransactionContent content,
                                        std::uint64_t further = 0) const;
    // The same with an end, and without approvals; by DGMD's key of this state.
    [[nodiscard]] Transaction draft(const ChainState& state, TransactionContent content,
                                    Window valid_until = kLongValid,
                                    std::uint64_t further = 0) const;
    // The notice with the approvals of these officers alone, in this order.
    [[nodiscard]] Transaction approved(Transaction notice,
                                       const std::vector<NodeId>& officers) const;
    // DGMD's keys of this name: "dgmd" are those of genesis, "dgmd-2" and "dgmd-3" later ones.
    [[nodiscard]] static DgmdKeys dgmd_keys(std::string_view name);
    // The one of these that is in force.
    [[nodiscard]] static const SigningKey& dgmd_signer(const ChainState& state);
    [[nodiscard]] static NodeId officer(std::size_t index);  // from 1
    // Officers and inspectors with these names, under the keys of their names.
    [[nodiscard]] static Office office(std::uint32_t threshold,
                                       const std::vector<std::string>& officers,
                                       const std::vector<std::string>& inspectors = {
                                           "inspector-1"});
    [[nodiscard]] KeyGrant grant(const MeterId& meter, KeyEpoch epoch,
                                 const std::vector<NodeId>& recipients, Window effective) const;

  private:
    TestNetworkOptions options_;
    LoadedGenesis genesis_;
    RandomSource random_;
};

// TestNetwork::node of each index, in this order.
[[nodiscard]] std::vector<NodeId> nodes(std::initializer_list<std::size_t> indices);
// A quarter hour of import, export and generation, for every quarter of a window.
[[nodiscard]] Profile flat_profile(const ChainState& state, QuarterHour quarter);
// Random numbers that repeat: a counter, hashed.
[[nodiscard]] RandomSource counting_random();
// A body whose registers are `start` plus the profile.
[[nodiscard]] ReadingBody body_from(const Registers& start, Profile profile);

// A meter with registers and a sequence, as the meter programs keep them.
class TestMeter {
  public:
    TestMeter(const TestNetwork& network, MeterId meter, ClusterId cluster);
    // Measures the profile, advances the registers and the sequence, seals and signs.
    [[nodiscard]] OpenedReading read(Window window, Profile profile,
                                     std::optional<std::int64_t> available_wh = std::nullopt);
    // Energy that flows while no reading is sent.
    void advance(const Profile& profile);
    // The meter's works were replaced: it continues from these registers.
    void reset_registers(const Registers& registers) { registers_ = registers; }
    // Seals and signs exactly this; sequence and previous from the meter.
    [[nodiscard]] OpenedReading read_body(Window window, const ReadingBody& body);
    // Seals under this epoch's data key from now on.
    void use_key_epoch(KeyEpoch epoch) { epoch_ = epoch; }
    [[nodiscard]] const Registers& registers() const { return registers_; }

  private:
    const TestNetwork& network_;
    KeyEpoch epoch_ = 1;
    MeterId meter_;
    ClusterId cluster_;
    Registers registers_ = kInstalled;
    std::uint64_t sequence_ = 0;
    Digest previous_;
    RandomSource random_;
};

// The endorsed settlement: the parent's BATCH with signatures of the first `endorsers` members
// (0: the quorum), ascending.
[[nodiscard]] Transaction certify(const TestNetwork& network, const ChainState& state,
                                  const Settlement& settlement, std::size_t endorsers = 0);
// Signs a batch again after it was changed.
[[nodiscard]] Witness endorse(const TestNetwork& network, const Settlement& settlement,
                              const Digest& batch, const NodeId& member);

// The next block of a state, with the header filled in from it and the transactions. time_ms 0: the
// earliest time that the transactions allow.
[[nodiscard]] Block make_block(const ChainState& state, std::vector<Transaction> transactions,
                               const std::optional<QuorumCertificate>& parent_certificate,
                               std::int64_t time_ms = 0);
// A precommit certificate of the block by the first `voters` validators (0: the quorum).
[[nodiscard]] QuorumCertificate make_certificate(const TestNetwork& network,
                                                 const ChainState& state, const BlockHeader& header,
                                                 std::size_t voters = 0, Round round = 0);

// A growing chain: state, the keyholders' accounts of every cluster (with DGMD's keys), meters. Its
// destructor CHECKs nothing; see invariants().
class TestChain {
  public:
    explicit TestChain(const TestNetwork& network);

    [[nodiscard]] const TestNetwork& network() const { return network_; }
    [[nodiscard]] const ChainState& state() const { return state_; }
    [[nodiscard]] const ClusterAccounts& accounts(const ClusterId& cluster) const;
    [[nodiscard]] TestMeter& meter(const MeterId& meter);
    [[nodiscard]] const KeyRing& keys() const { return keys_; }
    [[nodiscard]] const std::optional<QuorumCertificate>& certificate() const {
        return certificate_;
    }
    [[nodiscard]] const std::vector<CommittedBlock>& blocks() const { return blocks_; }
    [[nodiscard]] const InvariantMonitor& invariants() const { return invariants_; }

    // Readings of all meters of the cluster for the window: consumers import, prosumers generate
    // and export (`generation_wh` per quarter hour).
    [[nodiscard]] OpenedReadings read_all(const ClusterId& cluster, Window window,
                                          std::int64_t generation_wh = 500);
    // Drafted and sealed by the parent, without endorsements; aborts the test if refused.
    [[nodiscard]] Settlement settle(const ClusterId& cluster, Window window,
                                    const OpenedReadings& readings) const;
    // The listed readings, then the certified settlement.
    [[nodiscard]] std::vector<Transaction> group(const Settlement& settlement,
                                                 const OpenedReadings& readings) const;
    // settle() with readings of earlier windows, which are listed as late.
    [[nodiscard]] Settlement settle_held(const ClusterId& cluster, Window window,
                                         const HeldReadings& held) const;
    [[nodiscard]] std::vector<Transaction> group_held(const Settlement& settlement,
                                                      const HeldReadings& held) const;

    [[nodiscard]] Block next_block(std::vector<Transaction> transactions,
                                   std::int64_t time_ms = 0) const;
    // Executes and certifies the block, and advances the accounts.
    [[nodiscard]] Result<void, ExecutionFault> append(const Block& block);
    // Settles one window of these clusters with all meters read, in one block; aborts the test if
    // refused.
    void run_window(const std::vector<ClusterId>& clusters, Window window,
                    std::int64_t generation_wh = 500);

  private:
    void move_books(const Block& block, const ChainState& before);

    const TestNetwork& network_;
    ChainState state_;
    KeyRing keys_;
    std::map<ClusterId, ClusterAccounts> accounts_;
    std::map<MeterId, TestMeter> meters_;
    std::optional<QuorumCertificate> certificate_;
    std::vector<CommittedBlock> blocks_;
    InvariantMonitor invariants_;
};

}  // namespace fairfeed::test
