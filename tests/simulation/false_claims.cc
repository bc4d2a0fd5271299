// Liars that cause work for others: claims of heights that nobody has, lists of transactions that
// do not exist, evidence about windows that have not begun, and handovers that open nothing.
#include <algorithm>

#include "core/crypto/digest.h"
#include "core/crypto/random.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/handover_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/reading_codec.h"
#include "tests/simulation/liar.h"

namespace fairfeed::simulation {
namespace {

constexpr std::size_t kMostHoards = 4;  // of one liar: each is sent once

std::vector<Digest> invented_ids(Dice& dice) {
    constexpr std::size_t kCounts[] = {1, 3, 40, 1001, 4000};
    std::vector<Digest> ids(kCounts[dice.index(std::size(kCounts))]);
    for (Digest& id : ids) {
        const std::uint64_t drawn = dice.next();
        for (std::size_t i = 0; i < sizeof drawn; ++i)
            id.bytes[i] = static_cast<std::uint8_t>(drawn >> (8 * i));
    }
    return ids;
}

}  // namespace

Height Liar::boasted(Height height) {
    constexpr Height kMore[] = {1, 2, 5, 1000, Height{1} << 40U};
    return height + kMore[dice_.index(std::size(kMore))];
}

std::vector<Utterance> Liar::boast(const Publish& said) {
    Publish claim = said;
    const Digest& network = scenery_.network.network();
    if (said.topic.channel == Channel::status) {
        auto status = decode_status(said.message, network);
        CHECK(status.has_value());
        status->content.height = boasted(status->content.height);
        status->content.deciding = status->content.height + 1;
        status->content.tip = invented_ids(dice_).front();
        claim.message = encode_status(status->content, self_, network, scenery_.network.key(self_));
    } else if (said.topic.channel == Channel::answer) {
        auto answer = decode_answer(said.message, network);
        CHECK(answer.has_value());
        if (auto* attest = std::get_if<AttestAnswer>(&*answer)) {
            attest->height = boasted(attest->height);
            claim.message = encode_answer(*answer);
        }
    }
    std::vector<Utterance> out;
    out.push_back({std::move(claim), {}});
    return out;
}

// The header fits the list, so only the missing bodies reveal the lie.
BlockOutline Liar::invented(BlockOutline outline) {
    outline.transactions = invented_ids(dice_);
    outline.header.transactions_root = transactions_root(std::span(outline.transactions));
    outline.header.transaction_count = static_cast<std::uint32_t>(outline.transactions.size());
    return outline;
}

std::vector<Utterance> Liar::invent(const Publish& said) {
    std::vector<Utterance> out;
    if (said.topic.channel == Channel::proposal) {
        auto message = decode_proposal(said.message);
        CHECK(message.has_value());
        message->outline = invented(std::move(message->outline));
        Proposal& proposal = message->proposal;
        proposal.content.block = block_id(message->outline.header);
        proposal.signature = scenery_.network.key(self_).sign(
            proposal_to_be_signed(proposal.content, self_, scenery_.network.network()));
        out.push_back({{said.topic, encode_proposal(*message)}, some()});
        if (dice_.chance(300)) out.push_back({said, some()});
    } else if (said.topic.channel == Channel::polka || said.topic.channel == Channel::commit) {
        auto certified = decode_certified_outline(said.message);
        CHECK(certified.has_value());
        certified->outline = invented(std::move(certified->outline));
        out.push_back({{said.topic, encode_certified_outline(*certified)}, some()});
        out.push_back({said, some()});
    } else {
        out.push_back({said, {}});
    }
    return out;
}

// Two readings of one window, signed by a meter in league with the liar.
Transaction Liar::hoarded(const MeterId& meter, Window window) {
    const test::TestNetwork& network = scenery_.network;
    Bytes envelopes[2];
    for (Bytes& envelope : envelopes) {
        ReadingHeader header;
        header.network = network.network();
        header.meter = meter;
        header.cluster = scenery_.first_state.meters.at(meter).registration.cluster;
        header.key_epoch = 1;
        header.window = window;
        header.sequence = 1'000'000 + dice_.next() % 1'000'000;
        header.salt = random_fixed<Salt>(random_of(Dice(dice_.next())));
        const Profile profile =
            test::flat_profile(scenery_.first_state, {dice_.below(100), 0, dice_.below(100)});
        const ReadingBody body = test::body_from({1000, 500, 2000}, profile);
        envelope = make_reading(header, body, network.data_key(meter), network.key(meter)).envelope;
    }
    auto made = make_evidence(Offence::two_readings, envelopes[0], envelopes[1], network.network());
    CHECK(made.has_value());
    return std::move(*made);
}

std::vector<Utterance> Liar::hoard(const Publish& said) {
    std::vector<Utterance> out;
    out.push_back({said, {}});
    if (accomplice_.empty() || hoards_ == kMostHoards || !dice_.chance(50)) return out;
    ++hoards_;
    TransactionBundle bundle;
    const auto first = static_cast<Window>(dice_.below(40));
    const auto count = static_cast<Window>(dice_.between(1, 40));
    for (Window window = first; window < first + count; ++window)
        bundle.transactions.push_back(hoarded(accomplice_, window));
    const Topic topic{said.topic.network, self_.str(), Channel::tx, "-"};
    out.push_back({{topic, encode_bundle(bundle)}, some()});
    return out;
}

// A liar's handover goes to the nodes that ask for it. Instead the liar sends every node a
// well-formed one that opens nothing, or none at all.
std::vector<Utterance> Liar::mislead(const Publish& said) {
    std::vector<Utterance> out;
    const Digest& network = scenery_.network.network();
    auto answer = said.topic.channel == Channel::answer ? decode_answer(said.message, network)
                                                        : unexpected(Reject::wrong_topic);
    auto* bodies = answer ? std::get_if<BodiesAnswer>(&*answer) : nullptr;
    const auto is_own = [&](const Transaction& one) {
        return one.kind == TransactionKind::handover && one.signer == self_;
    };
    if (bodies == nullptr ||
        std::none_of(bodies->transactions.begin(), bodies->transactions.end(), is_own)) {
        out.push_back({said, {}});
        return out;
    }
    for (const Transaction& transaction : bodies->transactions) {
        if (!misleads_ || !is_own(transaction)) continue;
        Handover lie = std::get<Handover>(transaction.content);
        lie.sealed.front() ^= 1;
        const Transaction told = make_handover(lie, self_, network, scenery_.network.key(self_));
        out.push_back(
            {{{said.topic.network, self_.str(), Channel::tx}, encode_bundle({{told}})}, {}});
    }
    std::erase_if(bodies->transactions, is_own);
    if (!bodies->transactions.empty()) out.push_back({{said.topic, encode_answer(*bodies)}, {}});
    return out;
}

}  // namespace fairfeed::simulation
