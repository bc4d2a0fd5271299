#include "tests/fuzz/proof_seeds.h"

#include "core/proof/bill_proof.h"
#include "core/proof/proof_parts.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed::fuzz {

Bytes proof_seed() {
    Proof proof;
    proof.network = samples::network();
    proof.header = samples::block().header;
    proof.certificate = samples::certificate();
    proof.reading = {make_reading_transaction(samples::reading()), 0, {}};
    SettlementExcerpt excerpt = cut_out(samples::batch(), 0, {0});
    proof.settlement = {std::move(excerpt.transaction), 1, {samples::digest("sibling")}};
    proof.rows = std::move(excerpt.rows);
    proof.reading_key = samples::data_key();
    proof.line_key = samples::data_key();
    return encode_proof(proof);
}

std::map<std::string, Bytes> bill_seeds() {
    std::map<std::string, Bytes> seeds;
    SettlementExcerpt excerpt = cut_out(samples::batch(), 0, {0});
    BillProof bill{.network = samples::network(),
                   .meter = samples::reading().header.meter,
                   .month = *parse_month("2016-08"),
                   .header = samples::block().header,
                   .certificate = samples::certificate(),
                   .index = 1,
                   .path = {samples::digest("sibling")},
                   .pieces = {{std::move(excerpt.transaction),
                               std::move(excerpt.rows),
                               samples::data_key(),
                               {{samples::reading(), samples::data_key()}}}},
                   .registry = {},
                   .end = {}};
    seeds["open"] = encode_bill_proof(bill);
    excerpt = cut_out(samples::batch(), 0, {});
    bill.end = BillEnd{samples::block().header,
                       samples::certificate(),
                       {std::move(excerpt.transaction), 1, {samples::digest("sibling")}},
                       std::move(excerpt.rows),
                       samples::data_key(),
                       {}};
    seeds["final"] = encode_bill_proof(bill);
    return seeds;
}

}  // namespace fairfeed::fuzz
