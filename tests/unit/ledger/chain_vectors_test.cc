// The chains of tests/vectors/chain, chain2 and chain3, read as a second implementation reads them:
// every signature, every condition, every figure, and the bytes of the state after each block. A
// change of any format of a chain fails this test. FAIRFEED_UPDATE_VECTORS=1 tells the stories anew
// and writes all files.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "core/crypto/digest.h"
#include "core/io/file.h"
#include "core/ledger/chain_verifier.h"
#include "core/ledger/ledger_audit.h"
#include "core/ledger/replay.h"
#include "core/proof/evidence_proof.h"
#include "core/proof/proof.h"
#include "core/state/app_hash.h"
#include "core/wire/chain_codec.h"
#include "core/wire/genesis_file_codec.h"
#include "tests/unit/ledger/chain_figures.h"
#include "tests/unit/ledger/chain_story.h"
#include "tests/unit/ledger/second_story.h"
#include "tests/unit/ledger/third_story.h"

namespace fairfeed::test {
namespace {

constexpr std::string_view kUtility = "dgmd";

// A proof file of a story, and what the proof shows.
struct ProofFile {
    const char* name;
    MeterId meter;
    Window window;
    Window settled;  // window of the settlement with the line
    std::size_t registry;
};

struct Telling {
    const char* directory;
    std::unique_ptr<ToldChain> (*tell)();
    std::vector<ProofFile> proofs;
    std::vector<std::pair<const char*, std::string>> evidence;  // file, culprit
    std::set<TransactionKind> missing;                          // built kinds that the chain lacks
    bool has_ledger = false;                                    // a file holds all of its blocks
};

template <class Story>
std::unique_ptr<ToldChain> tell() {
    return std::make_unique<Story>();
}

const std::vector<Telling>& tellings() {
    static const std::vector<Telling> all = {
        {"chain",
         tell<ChainStory>,
         {{"proof.cbor", TestNetwork::meter(1, 1), 43, 43, 3},
          {"proof-late.cbor", TestNetwork::meter(1, 3), 40, 42, 2}},
         {{"evidence.cbor", "meter-1-2"}},
         {TransactionKind::revoke, TransactionKind::deauthorise, TransactionKind::officers,
          TransactionKind::command, TransactionKind::dgmd_keys, TransactionKind::policy},
         false},
        {"chain2",
         tell<SecondStory>,
         {{"proof-setback.cbor", TestNetwork::meter(1, 1), 26, 26, 1},
          {"proof-late.cbor", TestNetwork::meter(1, 5), 24, 28, 1},
          {"proof-replaced.cbor", MeterId("meter-1-6"), 30, 30, 5},
          {"proof-later-cluster.cbor", MeterId("meter-9-1"), 28, 28, 6},
          {"proof-deauthorised.cbor", TestNetwork::meter(1, 1), 32, 32, 4},
          {"proof-by-policy.cbor", TestNetwork::meter(1, 1), 37, 37, 6}},
         {{"evidence-votes.cbor", "node-4"},
          {"evidence-proposals.cbor", "node-3"},
          {"evidence-batches.cbor", "node-1"}},
         {},
         true},
        {"chain3",
         tell<ThirdStory>,
         {{"proof.cbor", TestNetwork::meter(1, 1), 4, 4, 0},
          {"proof-late.cbor", TestNetwork::meter(1, 3), 4, 5, 0}},
         {},
         {TransactionKind::revoke, TransactionKind::evidence, TransactionKind::event,
          TransactionKind::deauthorise, TransactionKind::officers, TransactionKind::command,
          TransactionKind::dgmd_keys, TransactionKind::policy},
         false},
    };
    return all;
}

std::string numbered(std::string_view what, Height height) {
    const std::string digits = std::to_string(height);
    return std::string(what) + "-" + (digits.size() < 2 ? "0" : "") + digits + ".cbor";
}

// One line of states.txt: height, block id, app hash after the block.
std::string line_of(const ChainState& state) {
    return std::to_string(state.height) + " " + to_hex(state.tip.view()) + " " +
           to_hex(app_hash(state).view());
}

// The results that a reader computes from these files and the utility's agreement key.
struct Computed {
    LoadedGenesis genesis;
    std::vector<CommittedBlock> blocks;  // from height 1 on
    std::vector<Bytes> states;           // from height 0 on
    std::vector<std::string> lines;      // of states.txt
    std::set<TransactionKind> kinds;
    Json figures = Json::object();
    std::vector<std::string> faults;
};

void note(Computed& out, const ReplayStep& step, KeyholderAccounts& accounts, Json& settlements) {
    const Block& block = step.committed.block;
    out.states.push_back(encode_state(step.after));
    out.lines.push_back(line_of(step.after));
    const auto opened = accounts.follow(step);
    for (const ReplayFault& fault : accounts.faults())
        out.faults.push_back(fault.explanation);
    auto next = opened.begin();
    for (const Transaction& transaction : block.transactions) {
        out.kinds.insert(transaction.kind);
        const auto* settlement = std::get_if<Settlement>(&transaction.content);
        if (settlement != nullptr && next != opened.end())
            settlements.push(figures_of(block.header.height, *settlement, *next++));
    }
}

// Computes with a trusted genesis file, and opens lines with `key`.
Computed compute(const LoadedGenesis& genesis, const std::vector<CommittedBlock>& blocks,
                 const AgreementKey& key) {
    Computed out;
    out.genesis = genesis;
    out.blocks = blocks;
    KeyholderAccounts accounts({NodeId(std::string(kUtility)), key});
    Json settlements = Json::array();
    PlainSignatureChecker signatures;
    auto state = state_from_genesis(genesis);
    CHECK(state.has_value());
    const CommittedBlock founding{genesis.block.block, {}};
    note(out, {founding, *state, *state}, accounts, settlements);
    for (const CommittedBlock& committed : blocks) {
        const ChainState before = *state;
        const QuorumCertificate& certificate = committed.certificate;
        const auto vouched = check_certificate(before, certificate);
        if (!vouched || certificate.content.type != VoteType::precommit ||
            certificate.content.block != block_id(committed.block.header))
            out.faults.push_back("certificate of " + std::to_string(committed.block.header.height));
        const auto done = execute_block(*state, committed.block, signatures);
        if (!done) {
            out.faults.push_back(describe(committed.block, done.error()));
            break;
        }
        note(out, {committed, before, *state}, accounts, settlements);
    }
    out.figures = Json::object()
                      .set("data_keys", data_keys_of(*state, accounts.keys()))
                      .set("settlements", std::move(settlements));
    return out;
}

std::string states_text(const Computed& computed, const std::vector<std::string>& titles) {
    std::string text = "# height, block id, app hash of the state after it; what it is there for\n";
    for (std::size_t at = 0; at < titles.size(); ++at)
        text += "# " + titles[at] + "\n" + computed.lines.at(at) + "\n";
    return text;
}

class ChainVectors : public testing::TestWithParam<std::size_t> {
  protected:
    [[nodiscard]] std::filesystem::path path_of(const std::string& name) const {
        return std::filesystem::path(FAIRFEED_SOURCE_DIR "/tests/vectors") / telling_.directory /
               name;
    }
    [[nodiscard]] Bytes bytes_of(const std::string& name) const {
        const auto bytes = read_file(path_of(name), 100'000'000);
        CHECK(bytes.has_value());
        return *bytes;
    }
    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(path_of(name)).rdbuf();
        return text.str();
    }
    [[nodiscard]] Keyholder utility() const {
        const auto key = AgreementKey::from_pem(text_of("dgmd-agreement.pem"));
        CHECK(key.has_value());
        return {NodeId(std::string(kUtility)), *key};
    }
    [[nodiscard]] LoadedGenesis genesis() const {
        const auto loaded = decode_genesis(bytes_of("genesis.cbor"));
        CHECK(loaded.has_value());
        return *loaded;
    }
    // Computes from the stored files.
    [[nodiscard]] Computed computed_from_files() const {
        const LoadedGenesis loaded = genesis();
        std::vector<CommittedBlock> blocks;
        for (Height at = 1; std::filesystem::exists(path_of(numbered("block", at))); ++at) {
            const Bytes bytes = bytes_of(numbered("block", at));
            auto block = decode_committed_block(bytes, loaded.network);
            CHECK(block.has_value());
            EXPECT_EQ(encode_committed_block(*block), bytes) << "block " << at;
            blocks.push_back(std::move(*block));
        }
        return compute(loaded, blocks, utility().agreement);
    }
    void write(const std::string& name, ByteView bytes) const {
        const auto done = write_file_atomically(path_of(name), bytes, 0644);
        ASSERT_TRUE(done) << done.error().message;
    }
    void write_all(ToldChain& story, const Computed& computed) const;
    void write_proofs(const StoredChain& stored) const;

    const Telling& telling_ = tellings().at(GetParam());
};

void ChainVectors::write_proofs(const StoredChain& stored) const {
    const Ledger ledger = stored.open();
    for (const ProofFile& file : telling_.proofs) {
        const auto proof = make_proof(ledger, stored.genesis(), utility(), file.meter, file.window);
        ASSERT_TRUE(proof) << proof.error().explanation;
        write(file.name, encode_proof(*proof));
    }
    for (const auto& [name, culprit] : telling_.evidence) {
        const auto evidence = make_evidence_proof(ledger, stored.genesis(), culprit);
        ASSERT_TRUE(evidence) << evidence.error().explanation;
        write(name, encode_evidence_proof(*evidence));
    }
    if (!telling_.has_ledger) return;
    std::filesystem::remove(path_of("ledger.db"));
    const auto copied = ledger.back_up_to(path_of("ledger.db"));
    ASSERT_TRUE(copied) << copied.error().message;
    std::filesystem::permissions(path_of("ledger.db"), std::filesystem::perms(0644));
}

void ChainVectors::write_all(ToldChain& story, const Computed& computed) const {
    write("dgmd-agreement.pem", as_bytes(agreement_key(kUtility).to_pem()));
    write("genesis.cbor", encode_genesis(story.stored().genesis().block));
    for (const CommittedBlock& block : computed.blocks)
        write(numbered("block", block.block.header.height), encode_committed_block(block));
    for (std::size_t at = 0; at < computed.states.size(); ++at)
        write(numbered("state", at), computed.states[at]);
    write("states.txt", as_bytes(states_text(computed, story.titles())));
    write("figures.json", as_bytes(computed.figures.dump(1) + "\n"));
    write_proofs(story.stored());
}

// The story can be told; with FAIRFEED_UPDATE_VECTORS=1 the files of this telling are written.
TEST_P(ChainVectors, can_be_told_anew) {
    const auto story = telling_.tell();
    const Computed computed =
        compute(story->stored().genesis(), story->blocks(), agreement_key(kUtility));
    EXPECT_THAT(computed.faults, testing::IsEmpty());
    EXPECT_EQ(computed.states.size(), story->titles().size());
    if (std::getenv("FAIRFEED_UPDATE_VECTORS") != nullptr) write_all(*story, computed);
}

TEST_P(ChainVectors, hold_from_genesis_to_the_tip_with_the_states_beside_them) {
    const Computed computed = computed_from_files();
    EXPECT_THAT(computed.faults, testing::IsEmpty());
    std::vector<std::string> lines;
    std::istringstream text(text_of("states.txt"));
    for (std::string line; std::getline(text, line);)
        if (!line.starts_with('#')) lines.push_back(line);
    EXPECT_EQ(computed.lines, lines);
    for (std::size_t at = 0; at < computed.states.size(); ++at)
        EXPECT_EQ(to_hex(computed.states[at]), to_hex(bytes_of(numbered("state", at)))) << at;
}

TEST_P(ChainVectors, open_with_the_utilitys_key_to_the_figures_beside_them) {
    EXPECT_EQ(computed_from_files().figures.dump(1) + "\n", text_of("figures.json"));
}

TEST_P(ChainVectors, hold_every_kind_of_transaction_that_they_are_there_for) {
    std::set<TransactionKind> built = {
        TransactionKind::genesis,   TransactionKind::reading,     TransactionKind::settlement,
        TransactionKind::meter,     TransactionKind::node,        TransactionKind::committee,
        TransactionKind::key_grant, TransactionKind::capacity,    TransactionKind::tariff,
        TransactionKind::event,     TransactionKind::revoke,      TransactionKind::evidence,
        TransactionKind::handover,  TransactionKind::deauthorise, TransactionKind::officers,
        TransactionKind::command,   TransactionKind::dgmd_keys,   TransactionKind::policy};
    for (const TransactionKind kind : telling_.missing)
        built.erase(kind);
    EXPECT_EQ(computed_from_files().kinds, built);
}

TEST_P(ChainVectors, have_proofs_and_evidence_that_hold) {
    const LoadedGenesis loaded = genesis();
    for (const ProofFile& file : telling_.proofs) {
        const Bytes bytes = bytes_of(file.name);
        const auto findings = check_proof(bytes, loaded);
        ASSERT_TRUE(findings) << file.name << ": " << findings.error().explanation;
        EXPECT_EQ(findings->meter, file.meter);
        EXPECT_EQ(findings->window, file.window);
        EXPECT_EQ(findings->settled, file.settled);
        EXPECT_EQ(decode_proof(bytes)->registry.size(), file.registry) << file.name;
    }
    for (const auto& [name, culprit] : telling_.evidence) {
        const auto evidence = check_evidence_file(bytes_of(name), loaded);
        ASSERT_TRUE(evidence) << evidence.error().explanation;
        EXPECT_EQ(evidence->evidence.culprit, culprit);
        EXPECT_TRUE(evidence->stand.has_value());
    }
}

// Works on a copy, because opening a ledger may leave files beside it.
TEST_P(ChainVectors, stand_in_a_ledger_that_verify_takes) {
    if (!telling_.has_ledger) return;
    const testing_support::TempDirectory directory;
    std::filesystem::copy_file(path_of("ledger.db"), directory / "ledger.db");
    const LoadedGenesis loaded = genesis();
    const auto ledger = Ledger::open_read_only(directory / "ledger.db", loaded.network);
    ASSERT_TRUE(ledger) << ledger.error().message;
    const Keyholder holder = utility();
    const VerifyReport report = verify_ledger(*ledger, loaded, &holder, {});
    EXPECT_FALSE(report.fault) << report.fault->explanation;
    EXPECT_THAT(report.closed, testing::IsEmpty());
    EXPECT_TRUE(audit_ledger(directory / "ledger.db"));
    const std::string tip = std::to_string(report.checked_height) + " " +
                            to_hex(report.tip.view()) + " " + to_hex(report.app_hash.view()) + "\n";
    EXPECT_TRUE(text_of("states.txt").ends_with(tip)) << tip;
}

INSTANTIATE_TEST_SUITE_P(Of, ChainVectors, testing::Range(std::size_t{0}, tellings().size()),
                         [](const auto& each) {
                             return std::string(tellings().at(each.param).directory);
                         });

}  // namespace
}  // namespace fairfeed::test
