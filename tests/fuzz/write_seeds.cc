// fuzz_write_seeds [DIRECTORY]: writes the seeds of every fuzz target, DIRECTORY/<target>/seed-*,
// by default into tests/fuzz/corpus. Run it after a change of a format. Signatures made with real
// keys and wrapped keys differ from run to run; everything else is the same.
#include <filesystem>
#include <iostream>

#include "core/base/check.h"
#include "core/io/file.h"
#include "core/io/slot_file.h"
#include "core/proof/evidence_proof.h"
#include "core/wire/chunk.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/settlement_line_codec.h"
#include "core/wire/topics.h"
#include "edge-node/consensus/safety_record.h"
#include "tests/fuzz/capacity_seeds.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/notice_seeds.h"
#include "tests/fuzz/proof_seeds.h"
#include "tests/fuzz/request_seeds.h"
#include "tests/fuzz/snapshot_seed.h"
#include "tests/fuzz/window_seeds.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed::fuzz {
namespace {

namespace fs = std::filesystem;

const NodeId kNode("node-2");
const MeterId kMeter("meter-1");
const ClusterId kCluster("cluster-1");

class Corpus {
  public:
    explicit Corpus(fs::path directory) : directory_(std::move(directory)) {}

    void add(const std::string& target, const std::string& name, ByteView bytes) const {
        CHECK(make_directories(directory_ / target));
        CHECK(write_file_atomically(directory_ / target / ("seed-" + name), bytes));
    }
    void add(const std::string& target, const std::string& name, std::string_view text) const {
        add(target, name, as_bytes(text));
    }
    void copy(const std::string& target, const std::string& file) const {
        const fs::path path = fs::path(FAIRFEED_SOURCE_DIR) / file;
        const auto bytes = read_file(path);
        CHECK(bytes);
        add(target, path.filename().string(), *bytes);
    }

  private:
    fs::path directory_;
};

void write_transactions(const Corpus& corpus) {
    const auto add = [&](const std::string& name, const Transaction& transaction) {
        corpus.add("transaction", name, encode_transaction(transaction));
    };
    add("genesis", make_genesis(samples::genesis(), samples::signer("node-1")));
    add("reading", make_reading_transaction(samples::reading()));
    add("settlement", samples::batch());
    for (const auto& [name, bytes] : notice_seeds())
        corpus.add("transaction", name, bytes);
    corpus.add("draft", "one-of-two", draft_seed());
    corpus.add("inspection", "visit", inspection_seed());
    corpus.add("installation", "solar", installation_seed());
    corpus.add("capacity_code", "typed", code_seed());
    add("event", samples::seal_broken());
    add("handover", samples::handover_by("node-1"));
    add("evidence_readings", samples::two_readings());
    add("evidence_batches", samples::two_batches());
    add("evidence_votes", samples::two_votes());
    add("evidence_proposals", samples::two_proposals());
}

void write_chain(const Corpus& corpus) {
    const Block block = samples::block();
    const CommittedBlock committed = samples::committed_block();
    corpus.add("header", "first", encode_header(block.header));
    corpus.add("certificate", "three", encode_certificate(samples::certificate()));
    corpus.add("outline", "two", encode_outline(outline_of(block)));
    corpus.add("block", "two", encode_block(block));
    corpus.add("committed_block", "two", encode_committed_block(committed));
    corpus.add("certified_outline", "two",
               encode_certified_outline({outline_of(block), committed.certificate}));
    corpus.add("vote", "prevote",
               encode_vote(samples::vote(VoteType::prevote, samples::digest("block"))));
    corpus.add("vote", "nil", encode_vote(samples::vote(VoteType::precommit, std::nullopt)));
    corpus.add("proposal", "fresh", encode_proposal(samples::proposal(std::nullopt)));
    corpus.add("proposal", "again", encode_proposal(samples::proposal(1)));
    test::TestNetworkOptions small;
    small.nodes = 2;
    small.clusters_with_meters = 1;
    small.meters_per_cluster = 1;
    corpus.add("genesis", "small", encode_genesis(test::TestNetwork(small).genesis().block));
}

void write_messages(const Corpus& corpus) {
    const auto signer = samples::signer(kNode.str());
    const Digest& network = samples::network();
    const auto add = [&](const std::string& target, const std::string& name, const auto& content,
                         const auto& encode) {
        corpus.add(target, name, encode(content, kNode, network, signer));
    };
    const Digest batch = samples::batch().id;
    const Bytes reading = samples::reading().envelope;
    add("receipt", "one", Receipt{kMeter, 7, 8, samples::reading().id}, encode_receipt);
    add("refusal", "one", Refusal{kMeter, 7, 8, "stale_sequence"}, encode_refusal);
    add("share", "one", ShareStatement{kMeter, 7, batch, 4000, 1'470'628'800}, encode_share);
    add("share", "schedule",
        ShareStatement{kMeter, 7, batch, 5000, 1'470'628'800, {kUncurtailedPpm, 650'000, 0}},
        encode_share);
    add("status", "one", NodeStatus{9, batch, network, 10, 0}, encode_status);
    add("objection", "full", Objection{kCluster, 7, 1, batch, "reading_withheld", reading},
        encode_objection);
    add("objection", "bare", Objection{kCluster, 7, 1, batch, "wrong_totals", {}},
        encode_objection);
    add("request", "blocks", Request(BlocksRequest{5, 20}), encode_request);
    add("request", "bodies", Request(BodiesRequest{{batch, network}}), encode_request);
    add("request", "readings", Request(ReadingsRequest{{batch}}), encode_request);
    add("request", "attest", Request(AttestRequest{12}), encode_request);
    corpus.add("endorsement", "one",
               encode_endorsement({kCluster, 7, 1, batch}, samples::witness("node-2")));
    corpus.add("answer", "blocks", encode_answer(BlocksAnswer{{samples::committed_block()}}));
    corpus.add("answer", "bodies", encode_answer(BodiesAnswer{{samples::batch()}}));
    corpus.add("answer", "readings", encode_answer(ReadingsAnswer{{samples::reading()}}));
    corpus.add("answer", "attest",
               encode_answer(AttestAnswer{network,
                                          11,
                                          {samples::vote(VoteType::prevote, std::nullopt)},
                                          {samples::proposal(1).proposal}}));
    corpus.add("bundle", "one", encode_bundle({{samples::batch()}}));
    corpus.add("have", "two", encode_have({samples::digest("a"), samples::digest("b")}));
    corpus.add("have", "none", encode_have({}));
    corpus.add("cbor_item", "bundle", encode_bundle({{samples::batch()}}));
    corpus.add("cbor_item", "integer",
               ByteView(Bytes{0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
    corpus.add("cose_envelope", "reading", reading);
    corpus.add("topic", "receipt", Topic{"lab", "node-1", Channel::receipt, "meter-1"}.str());
    corpus.add("topic", "reading", Topic{"lab", "meter-1", Channel::reading}.str());
}

void write_readings(const Corpus& corpus) {
    corpus.add("reading_envelope", "one", samples::reading().envelope);
    corpus.add("reading_body", "inverter", encode_reading_body(samples::reading_body()));
    corpus.add("reading_body", "plain", encode_reading_body(samples::reading_body(false)));
    corpus.add("settlement_line", "one", encode_settlement_line(samples::line()));
    corpus.add("closing", "one", encode_closing(samples::closing()));
    for (const auto& [meter, reading] : little_state().readings)
        corpus.add("reading_on_state", meter.str(), encode_reading_body(reading.body));
}

Bytes after(std::uint8_t how, const Bytes& rest) {
    Bytes out{how};
    append(out, rest);
    return out;
}

void write_verifiers(const Corpus& corpus) {
    const LittleState& little = little_state();
    test::TestChain chain(little.network);
    const auto readings = chain.read_all(kCluster, 0);
    const auto group = chain.group(chain.settle(kCluster, 0, readings), readings);
    const auto add = [&](const std::string& name, std::uint8_t how,
                         const std::vector<Transaction>& transactions) {
        corpus.add("transactions_on_state", name, after(how, encode_bundle({transactions})));
    };
    add("settlement", 0, group);
    add("settlement-checked", 1, group);
    const auto& dgmd = little.network;
    add("tariff", 1, {dgmd.from_dgmd(chain.state(), TariffNotice{0, {1, 2}, 42})});
    add("capacity", 2,
        {dgmd.from_dgmd(chain.state(), CapacityCertificate{0, MeterId("meter-1-1"), 4000, 9})});
    add("grant", 0,
        {dgmd.from_dgmd(chain.state(),
                        dgmd.grant(MeterId("meter-1-1"), 2, dgmd.committee(kCluster), 9))});
    BlockHeader header;
    header.height = 1;
    corpus.add("certificate_on_state", "quorum",
               encode_certificate(test::make_certificate(dgmd, chain.state(), header)));
    corpus.add("batch_on_state", "unaltered", ByteView());
    corpus.add("batch_on_state", "one-load", ByteView(Bytes{0, 0, 0, 0, 0, 0, 1, 1, 200}));
    corpus.add("batch_on_state", "missing", ByteView(Bytes{0, 0, 0, 1, 2, 1}));
}

void write_contract(const Corpus& corpus) {
    for (const auto& [name, bytes] : contract_seeds())
        corpus.add("contract", name, bytes);
    for (const auto& [name, bytes] : true_up_seeds())
        corpus.add("true_up", name, bytes);
    for (const char* name : {"df_above_one", "everything_zero", "exact_balance", "idle_nameplate",
                             "largest_remainder", "no_prosumer", "quarter_hours", "share_in_force"})
        corpus.copy("settle_input", "tests/vectors/contract/" + std::string(name) + ".yaml");
}

Bytes slot_file(const std::vector<Bytes>& records) {
    const testing_support::TempDirectory directory;
    auto file = SlotFile::open(directory / "safety.slot");
    CHECK(file);
    for (const Bytes& record : records)
        CHECK(file->write(record));
    const auto bytes = read_file(directory / "safety.slot");
    CHECK(bytes);
    return *bytes;
}

void write_safety(const Corpus& corpus) {
    consensus::SafetyRecord record;
    record.network = samples::network();
    record.height = 9;
    corpus.add("safety_record", "fresh", encode_safety_record(record));
    const Signature signature = samples::witness("node-1").signature;
    record.round = 2;
    record.step = consensus::Step::precommit;
    record.locked = consensus::Marked{samples::digest("block"), 2};
    record.valid = record.locked;
    record.polka = consensus::SafetyRecord::Polka{{0x07}, {signature, signature, signature}};
    record.prevote = consensus::SafetyRecord::OwnVote{samples::digest("block"), signature};
    record.precommit = record.prevote;
    const Bytes locked = encode_safety_record(record);
    corpus.add("safety_record", "locked", locked);
    const Bytes file = slot_file({Bytes{1, 2, 3}, Bytes(40, 0x55)});
    Bytes input{0, 0x00, 0x40};  // 64 bytes of slot 0; the target fills the slot up with zeros
    append(input, ByteView(file).first(64));
    append(input, ByteView(file).subspan(SlotFile::kSlotSize, 64));
    corpus.add("safety_slot", "two", input);
    input[0] = 3;
    input[20] ^= 1U;
    corpus.add("safety_slot", "repaired", input);
}

void write_crypto(const Corpus& corpus) {
    const SigningKey& key = test::signing_key("fuzz");
    const std::string_view message = "a message";
    Bytes signed_message{0};
    append(signed_message, key.sign(as_bytes(message)).view());
    append(signed_message, as_bytes(message));
    corpus.add("signature", "own-key", signed_message);
    corpus.add("key_pem", "one", key.to_pem());
    corpus.add("merkle_proof", "seven", ByteView(Bytes{6, 1, 2, 3, 4, 5, 6, 7, 0, 4, 0, 1}));
    corpus.add("proof_file", "one", proof_seed());
    for (const auto& [name, bytes] : bill_seeds())
        corpus.add("bill_file", name, bytes);
    corpus.add("chunk", "delivered", ByteView(Bytes{0, 2, 0, 0, 1, 2, 3}));
    Bytes packet{1, 9, 0, 3, 0x82, 1, 2};
    corpus.add("chunk", "received", packet);
}

void write_evidence_files(const Corpus& corpus) {
    EvidenceProof proof;
    proof.network = samples::network();
    proof.header = samples::block().header;
    proof.certificate = samples::certificate();
    proof.evidence = {samples::two_readings(), 0, {samples::digest("sibling")}};
    proof.registry = {
        {{samples::dgmd(samples::key_grant()), 0, {}}, proof.header, proof.certificate}};
    corpus.add("evidence_file", "one", encode_evidence_proof(proof));
    const LittleState& little = little_state();
    test::TestChain chain(little.network);
    const auto read = [&] {
        return chain.meter(MeterId("meter-1-1"))
            .read(0, test::flat_profile(little.state, {1, 0, 0}))
            .reading.envelope;
    };
    const auto alone = make_evidence(Offence::two_readings, read(), read(), little.state.network);
    CHECK(alone);
    corpus.add("evidence_file", "alone", encode_transaction(*alone));
}

// A little file of each format that meter-sim import reads.
void write_imports(const Corpus& corpus) {
    corpus.add("import_file", "dsmr_reader",
               "Hour Start,Electricity 1,Electricity 2,Electricity 1 Returned,Gas\n"
               "2024-03-31T01:00:00+01:00,0.196,0.001,0.25,0.032\n"
               "2024-03-31T03:00:00+02:00,0.2,0,0.5,\n2024-03-31T05:00:00+02:00,0.2,0,0.5,\n");
    corpus.add("import_file", "fluvius",
               "\xEF\xBB\xBFVan datum;Van tijdstip;Tot datum;Tot tijdstip;EAN;Register;Volume;"
               "Eenheid;Validatiestatus\r\n"
               "31-10-2021;02:45:00;31-10-2021;02:00:00;=\"54\";Afname Nacht;0,125;kWh;Geschat\r\n"
               "31-10-2021;02:00:00;31-10-2021;02:15:00;=\"54\";Afname Nacht;;kWh;Geen verbruik\r\n"
               "31-10-2021;02:15:00;31-10-2021;02:30:00;=\"54\";Afname Nacht;1;kWh;\r\n");
    corpus.add("import_file", "homewizard",
               "time,Import T1 kWh,Export T1 kWh\n2024-10-27 02:45,9999.9,1\n"
               "2024-10-27 02:00,0.1,1.5\n2024-10-27 02:15,0.2,1\n2024-10-27 02:30,0.4,1.6\n");
    corpus.add("import_file", "solaredge",
               R"({"energyDetails": {"timeUnit": "HOUR", "unit": "Wh", "meters": [
{"type": "Consumption", "values": [{"date": "2024-10-27 02:00:00", "value": 110.5},
{"date": "2024-10-27 03:00:00", "value": null}]}]}})");
    corpus.add("import_file", "home_assistant_json",
               R"({"sensor.energy_import": [{"start": 1704063600000, "end": 1704067200000,
"sum": 10.5}, {"start": 1704067200000, "sum": 10.75}, {"start": 1704070800000, "sum": 11}]})");
    corpus.add("import_file", "home_assistant_history",
               "entity_id,state,last_changed\nsensor.energy_import,100.0,2024-01-01T00:00:00Z\n"
               "sensor.energy_import,unknown,2024-01-01T00:07:11.100Z\n"
               "sensor.energy_import,100.5,2024-01-01T00:35:00Z\n");
    std::string day = "300,20240101";
    for (int i = 0; i < 24; ++i)
        day += ",0.5";
    corpus.add("import_file", "nem12",
               "100,NEM12,202401151200,M,R\n200,61,E1,E1,E1,N1,M1,kWh,60,\n" + day +
                   ",V,,,20240115120000,\n400,1,3,E52,,\n900\n");
    corpus.add("import_file", "green_button_csv",
               "Name,X\n\nTYPE,DATE,START TIME,END TIME,USAGE,UNITS\n"
               "Electric usage,7/1/2024,00:00,00:59,1.5,kWh\n"
               "Electric usage,7/1/2024,01:00,01:59,-0.5,kWh\n");
    corpus.add(
        "import_file", "green_button_xml",
        "<feed xmlns=\"http://naesb.org/espi\"><entry><link rel=\"self\" href=\"T\"/><content>"
        "<ReadingType><flowDirection>1</flowDirection><uom>72</uom></ReadingType></content>"
        "</entry><entry><content><IntervalBlock><IntervalReading><timePeriod><duration>900"
        "</duration><start>1704067200</start></timePeriod><value>250</value>"
        "</IntervalReading></IntervalBlock></content></entry></feed>");
    corpus.add("import_file", "mapped",
               "t;a kWh;b\n2024-10-27 02:30;1.000,5;-3\n"
               "2024-10-27 02:30;2;4\n2024-10-27 03:00;2,5;4\n");
}

void write_files(const Corpus& corpus) {
    corpus.copy("node_config", "config/edge-node.yaml");
    corpus.copy("gateway_config", "config/gateway.yaml");
    corpus.copy("sim_config", "config/meter-sim.yaml");
    corpus.copy("lab_file", "config/lab.yaml");
    corpus.add("json_text", "posting", R"({"a":[1,-2,true,null,"\u00e9"],"b":{}})");
    corpus.add("recorded_homes", "two",
               "interval_start_local,load_kwh_h01,pv_kwh_h01,load_kwh_h02\n"
               "2016-08-08T00:00,0.25,0,1.000001\n2016-08-08T01:00,0.5,2.75,0\n");
    corpus.add("recorded_homes", "registers",
               "interval_start_local,import_kwh_a,export_kwh_a,pv_kwh_a,flag_a\n"
               "2016-08-08T00:00,0.25,0.5,1.000001,\n2016-08-08T00:15,0.5,2.75,0,last-week\n");
    write_imports(corpus);
}

}  // namespace
}  // namespace fairfeed::fuzz

int main(int argc, char** argv) {
    using namespace fairfeed::fuzz;
    const Corpus corpus(argc > 1 ? fs::path(argv[1])
                                 : fs::path(FAIRFEED_SOURCE_DIR) / "tests/fuzz/corpus");
    write_transactions(corpus);
    write_chain(corpus);
    write_messages(corpus);
    write_readings(corpus);
    write_verifiers(corpus);
    write_contract(corpus);
    write_safety(corpus);
    write_evidence_files(corpus);
    write_crypto(corpus);
    corpus.add("public_state", "settled", snapshot_seed().state);
    corpus.add("books", "settled", snapshot_seed().books);
    write_files(corpus);
    for (const RequestSeed& seed : kRequestSeeds)
        corpus.add(seed.target, seed.name, seed.text);
    corpus.add("api_request", "code", code_request_seed());
    std::cout << "seeds written\n";
    return 0;
}
