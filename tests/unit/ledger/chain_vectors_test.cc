// The chain of tests/vectors/chain, read as a second implementation reads it: every signature,
// every condition, every figure, and the bytes of the state after each block. A change of any
// format that the chain has makes this red. FAIRFEED_UPDATE_VECTORS=1 tells the story anew and
// writes all of it.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "core/contract/app_hash.h"
#include "core/crypto/digest.h"
#include "core/io/file.h"
#include "core/ledger/evidence_proof.h"
#include "core/ledger/proof.h"
#include "core/ledger/replay.h"
#include "core/wire/chain_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/ledger/chain_figures.h"
#include "tests/unit/ledger/chain_story.h"

namespace fairfeed::test {
namespace {

const std::filesystem::path kVectors = FAIRFEED_SOURCE_DIR "/tests/vectors/chain";
constexpr std::string_view kUtility = "dgmd";
constexpr Window kProved = 43;      // of meter-1-1, settled on time
constexpr Window kProvedLate = 40;  // of meter-1-3, trued up with window 42

std::string numbered(std::string_view what, Height height) {
    const std::string digits = std::to_string(height);
    return std::string(what) + "-" + (digits.size() < 2 ? "0" : "") + digits + ".cbor";
}

Bytes bytes_of(const std::string& name) {
    const auto bytes = read_file(kVectors / name, 100'000'000);
    CHECK(bytes.has_value());
    return *bytes;
}

std::string text_of(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(kVectors / name).rdbuf();
    return text.str();
}

// One line of states.txt: height, block id, app hash after it.
std::string line_of(const ChainState& state) {
    return std::to_string(state.height) + " " + to_hex(state.tip.view()) + " " +
           to_hex(app_hash(state).view());
}

// What whoever has these files and the utility's agreement key computes.
struct Computed {
    LoadedGenesis genesis;
    std::vector<CommittedBlock> blocks;  // from height 1 on
    std::vector<Bytes> states;           // from height 0 on
    std::vector<std::string> lines;      // of states.txt
    std::set<TransactionKind> kinds;
    Json figures = Json::object();
    std::vector<std::string> faults;
};

void note(Computed& out, const ReplayStep& step, KeyholderBooks& books, Json& settlements) {
    const Block& block = step.committed.block;
    out.states.push_back(encode_state(step.after));
    out.lines.push_back(line_of(step.after));
    const auto opened = books.follow(step);
    for (const ReplayFault& fault : books.faults())
        out.faults.push_back(fault.explanation);
    auto next = opened.begin();
    for (const Transaction& transaction : block.transactions) {
        out.kinds.insert(transaction.kind);
        const auto* settlement = std::get_if<Settlement>(&transaction.content);
        if (settlement != nullptr && next != opened.end())
            settlements.push(figures_of(block.header.height, *settlement, *next++));
    }
}

// Trusts the genesis file and opens with `key`.
Computed compute(const LoadedGenesis& genesis, const std::vector<CommittedBlock>& blocks,
                 const AgreementKey& key) {
    Computed out;
    out.genesis = genesis;
    out.blocks = blocks;
    KeyholderBooks books({NodeId(std::string(kUtility)), key});
    Json settlements = Json::array();
    PlainSignatureChecker signatures;
    auto state = state_from_genesis(genesis);
    CHECK(state.has_value());
    const CommittedBlock founding{genesis.block.block, {}};
    note(out, {founding, *state, *state}, books, settlements);
    for (const CommittedBlock& committed : blocks) {
        const ChainState before = *state;
        const Certificate& certificate = committed.certificate;
        const auto vouched = check_certificate(before, certificate);
        if (!vouched || certificate.content.type != VoteType::precommit ||
            certificate.content.block != block_id(committed.block.header))
            out.faults.push_back("certificate of " + std::to_string(committed.block.header.height));
        const auto done = execute_block(*state, committed.block, signatures);
        if (!done) {
            out.faults.push_back(describe(committed.block, done.error()));
            break;
        }
        note(out, {committed, before, *state}, books, settlements);
    }
    out.figures = Json::object()
                      .set("data_keys", data_keys_of(*state, books.keys()))
                      .set("settlements", std::move(settlements));
    return out;
}

AgreementKey utility_key() {
    const auto key = AgreementKey::from_pem(text_of("dgmd-agreement.pem"));
    CHECK(key.has_value());
    return *key;
}

// The files as they stand there.
Computed computed_from_files() {
    const auto genesis = decode_genesis(bytes_of("genesis.cbor"));
    CHECK(genesis.has_value());
    std::vector<CommittedBlock> blocks;
    for (Height at = 1; std::filesystem::exists(kVectors / numbered("block", at)); ++at) {
        const Bytes bytes = bytes_of(numbered("block", at));
        auto block = decode_committed_block(bytes, genesis->network);
        CHECK(block.has_value());
        EXPECT_EQ(encode_committed_block(*block), bytes) << "block " << at;
        blocks.push_back(std::move(*block));
    }
    return compute(*genesis, blocks, utility_key());
}

std::string states_text(const Computed& computed, const std::vector<std::string>& titles) {
    std::string text = "# height, block id, app hash of the state after it; what it is there for\n";
    for (std::size_t at = 0; at < titles.size(); ++at)
        text += "# " + titles[at] + "\n" + computed.lines.at(at) + "\n";
    return text;
}

void write(const std::string& name, ByteView bytes) {
    const auto done = write_file_atomically(kVectors / name, bytes, 0644);
    ASSERT_TRUE(done) << done.error().message;
}

void write_all(ChainStory& story, const Computed& computed) {
    const StoredChain& stored = story.stored();
    const Keyholder utility{NodeId(std::string(kUtility)), agreement_key(kUtility)};
    write("genesis.cbor", encode_genesis(stored.genesis().block));
    for (const CommittedBlock& block : computed.blocks)
        write(numbered("block", block.block.header.height), encode_committed_block(block));
    for (std::size_t at = 0; at < computed.states.size(); ++at)
        write(numbered("state", at), computed.states[at]);
    const Ledger ledger = stored.open();
    const auto prove = [&](const char* name, const MeterId& meter, Window window) {
        const auto proof = make_proof(ledger, stored.genesis(), utility, meter, window);
        ASSERT_TRUE(proof) << proof.error().explanation;
        write(name, encode_proof(*proof));
    };
    prove("proof.cbor", TestNetwork::meter(1, 1), kProved);
    prove("proof-late.cbor", TestNetwork::meter(1, 3), kProvedLate);
    const auto evidence = make_evidence_proof(ledger, stored.genesis(), std::string("meter-1-2"));
    ASSERT_TRUE(evidence) << evidence.error().explanation;
    write("evidence.cbor", encode_evidence_proof(*evidence));
    write("dgmd-agreement.pem", as_bytes(agreement_key(kUtility).to_pem()));
    write("states.txt", as_bytes(states_text(computed, story.titles())));
    write("figures.json", as_bytes(computed.figures.dump(1) + "\n"));
}

// The story can be told, and whoever asks for it gets the files of this telling.
TEST(ChainVectors, can_be_told_anew) {
    ChainStory story;
    const Computed computed =
        compute(story.stored().genesis(), story.blocks(), agreement_key(kUtility));
    EXPECT_THAT(computed.faults, testing::IsEmpty());
    EXPECT_EQ(computed.states.size(), story.titles().size());
    if (std::getenv("FAIRFEED_UPDATE_VECTORS") != nullptr) write_all(story, computed);
}

TEST(ChainVectors, hold_from_genesis_to_the_tip_with_the_states_beside_them) {
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

TEST(ChainVectors, open_with_the_utilitys_key_to_the_figures_beside_them) {
    EXPECT_EQ(computed_from_files().figures.dump(1) + "\n", text_of("figures.json"));
}

TEST(ChainVectors, hold_every_kind_of_transaction_that_is_built_but_revoke) {
    const std::set<TransactionKind> built = {
        TransactionKind::genesis,   TransactionKind::reading,  TransactionKind::settlement,
        TransactionKind::meter,     TransactionKind::node,     TransactionKind::committee,
        TransactionKind::key_grant, TransactionKind::capacity, TransactionKind::tariff,
        TransactionKind::event,     TransactionKind::evidence, TransactionKind::handover};
    EXPECT_EQ(computed_from_files().kinds, built);
}

TEST(ChainVectors, have_proofs_and_evidence_that_hold) {
    const auto genesis = decode_genesis(bytes_of("genesis.cbor"));
    ASSERT_TRUE(genesis.has_value());
    const auto proof = check_proof(bytes_of("proof.cbor"), *genesis);
    ASSERT_TRUE(proof) << proof.error().explanation;
    EXPECT_EQ(proof->meter, TestNetwork::meter(1, 1));
    EXPECT_EQ(proof->window, kProved);
    EXPECT_EQ(proof->settled, kProved);
    const auto late = check_proof(bytes_of("proof-late.cbor"), *genesis);
    ASSERT_TRUE(late) << late.error().explanation;
    EXPECT_EQ(late->meter, TestNetwork::meter(1, 3));
    EXPECT_EQ(late->window, kProvedLate);
    EXPECT_GT(late->settled, kProvedLate + 1);
    const auto evidence = check_evidence_file(bytes_of("evidence.cbor"), *genesis);
    ASSERT_TRUE(evidence) << evidence.error().explanation;
    EXPECT_EQ(evidence->evidence.culprit, "meter-1-2");
    EXPECT_TRUE(evidence->stand.has_value());
}

}  // namespace
}  // namespace fairfeed::test
