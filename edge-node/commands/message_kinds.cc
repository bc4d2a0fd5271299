#include "edge-node/commands/message_kinds.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/ledger/replay.h"
#include "core/wire/cbor.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/cose.h"
#include "core/wire/event_codec.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/office_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr int kMaxDepth = 8;

// The network named by the header of a reading or block, at any depth: {1: 1, 2: network}.
std::optional<Digest> network_within(ByteView item, int depth) {
    if (depth > kMaxDepth) return std::nullopt;
    cbor::Reader map(item);
    if (map.map() >= 2 && map.ok()) {
        map.key(1);
        const bool first = map.unsigned_integer() == 1;
        map.key(2);
        const auto network = map.fixed<Digest>();
        return first && map.ok() ? std::optional(network) : std::nullopt;
    }
    cbor::Reader array(item);
    const std::size_t size = array.array();
    for (std::size_t i = 0; i < size && array.ok(); ++i) {
        if (const auto network = network_within(array.item(), depth + 1)) return network;
    }
    cbor::Reader string(item);
    const ByteView content = string.bytes();
    if (!string.ok() || content.empty()) return std::nullopt;
    return network_within(content, depth + 1);
}

// GENESIS names no network, because the network id is the hash of its payload.
std::optional<Digest> network_of_genesis(ByteView bytes) {
    cbor::Reader reader(bytes);
    reader.array_of(3);
    if (reader.unsigned_integer() != 0) return std::nullopt;
    const auto message = cose::parse_sign1(reader.bytes());
    if (!reader.ok() || !message) return std::nullopt;
    return sha256(message->payload);
}

std::string capitals(std::string_view name) {
    std::string text(name);
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

class Finder {
  public:
    Finder(ByteView bytes, std::optional<Channel> channel, const SignerBook& book)
        : bytes_(bytes), channel_(channel), book_(book) {
        auto network = book.network();
        if (!network) network = network_of_genesis(bytes);
        if (!network) network = network_within(bytes, 0);
        network_ = network.value_or(Digest{});
    }

    KindsFound find() {
        try_transactions();
        try_consensus();
        try_signed(Channel::receipt, "RECEIPT", decode_receipt);
        try_signed(Channel::refusal, "REFUSAL", decode_refusal);
        try_signed(Channel::share, "SHARE", decode_share);
        try_signed(Channel::command, "COMMAND", decode_command);
        try_signed(Channel::status, "STATUS", decode_status);
        try_signed(Channel::objection, "OBJECTION", decode_objection);
        try_signed(Channel::endorsement, "ENDORSEMENT", decode_endorsement);
        try_signed(Channel::request, "REQUEST", decode_request);
        try_unsigned(Channel::answer, "ANSWER", decode_answer);
        try_files();
        std::stable_sort(found_.messages.begin(), found_.messages.end(),
                         [](const KnownMessage& a, const KnownMessage& b) {
                             return (a.verdict == Verdict::valid) > (b.verdict == Verdict::valid);
                         });
        return std::move(found_);
    }

  private:
    bool wants(Channel channel) const { return !channel_ || *channel_ == channel; }
    // Keeps the reason of the topic's decoder, or of the first decoder that got further.
    void refuse(Reject reason) {
        if (channel_ || found_.reason == Reject::malformed) found_.reason = reason;
    }

    template <class Decode>
    void try_signed(Channel channel, std::string kind, const Decode& decode) {
        if (!wants(channel)) return;
        const auto message = decode(bytes_, network_);
        if (!message) return refuse(message.error());
        const std::string signer = message->signer.str();
        add({.kind = std::move(kind),
             .signer = signer,
             .verdict = book_.check(signer, message->to_be_signed, message->signature),
             .fields = fields_of(message->content)});
    }
    template <class Decode>
    void try_unsigned(Channel channel, std::string kind, const Decode& decode) {
        if (!wants(channel)) return;
        const auto message = decode(bytes_, network_);
        if (!message) return refuse(message.error());
        add({.kind = std::move(kind),
             .signer = {},
             .verdict = Verdict::not_signed,
             .fields = fields_of(*message)});
    }

    void try_transactions();
    void try_consensus();
    void try_files();
    void add_transaction(std::string kind, const Transaction& transaction);
    [[nodiscard]] std::string approvals_text(const Transaction& notice) const;
    void add(KnownMessage message) { found_.messages.push_back(std::move(message)); }

    ByteView bytes_;
    std::optional<Channel> channel_;
    const SignerBook& book_;
    Digest network_;
    KindsFound found_;
};

// By the officers of GENESIS: the file does not tell of later ones.
std::string Finder::approvals_text(const Transaction& notice) const {
    if (is_by_policy(notice)) return "none: DGMD alone, on the word of a policy";
    const Office& office = *book_.office();
    const auto sound = check_approvals(office, notice.id, notice.endorsements, network_);
    if (sound) return "valid: " + promise_of(office);
    return "not those of the officers of genesis: " + std::string(to_string(sound.error()));
}

void Finder::add_transaction(std::string kind, const Transaction& transaction) {
    KnownMessage message{.kind = std::move(kind),
                         .signer = transaction.signer.str(),
                         .verdict = Verdict::unchecked,
                         .fields = fields_of(transaction)};
    if (book_.network()) {
        const VerifyKey* key = book_.find(message.signer);
        message.verdict = Verdict::unknown_signer;
        if (key != nullptr) {
            const bool valid = verify_transaction(transaction, network_, *key).has_value();
            message.verdict = valid ? Verdict::valid : Verdict::wrong;
        }
        if (is_dgmd_kind(transaction.kind)) {
            message.fields.emplace_back("approvals", approvals_text(transaction));
        }
    }
    add(std::move(message));
}

void Finder::try_transactions() {
    if (wants(Channel::reading)) {
        const auto reading = decode_reading(bytes_, network_);
        if (reading) add_transaction("READING", make_reading_transaction(*reading));
        if (!reading) refuse(reading.error());
    }
    if (wants(Channel::event)) {
        const auto event = decode_event(bytes_, network_);
        if (event) add_transaction("EVENT", *event);
        if (!event) refuse(event.error());
    }
    if (wants(Channel::batch)) {
        const auto transaction = decode_transaction(bytes_, network_);
        if (!transaction) {
            refuse(transaction.error());
        } else {
            const bool batch = channel_.has_value();
            add_transaction(batch ? "BATCH" : capitals(to_string(transaction->kind)), *transaction);
        }
    }
    if (wants(Channel::have)) {
        const auto ids = decode_have(bytes_);
        if (!ids) refuse(ids.error());
        if (ids)
            add({.kind = "HAVE",
                 .signer = {},
                 .verdict = Verdict::not_signed,
                 .fields = fields_of(Request(BodiesRequest{*ids}))});
    }
    if (!wants(Channel::tx)) return;
    const auto bundle = decode_bundle(bytes_, network_);
    if (!bundle) return refuse(bundle.error());
    add({.kind = "TRANSACTIONS",
         .signer = {},
         .verdict = Verdict::not_signed,
         .fields = fields_of(Answer(BodiesAnswer{bundle->transactions}))});
}

void Finder::try_consensus() {
    if (wants(Channel::prevote) || wants(Channel::precommit)) {
        const auto vote = decode_vote(bytes_);
        if (!vote) refuse(vote.error());
        if (vote) {
            const bool prevote = vote->content.type == VoteType::prevote;
            const Bytes to_be_signed = vote_to_be_signed(vote->content, vote->validator, network_);
            add({.kind = prevote ? "PREVOTE" : "PRECOMMIT",
                 .signer = vote->validator.str(),
                 .verdict = book_.check(vote->validator.str(), to_be_signed, vote->signature),
                 .fields = fields_of(vote->content)});
        }
    }
    if (wants(Channel::proposal)) {
        const auto message = decode_proposal(bytes_);
        if (!message) refuse(message.error());
        if (message) {
            const Proposal& proposal = message->proposal;
            const Bytes to_be_signed =
                proposal_to_be_signed(proposal.content, proposal.proposer, network_);
            KnownMessage known{
                .kind = "PROPOSAL",
                .signer = proposal.proposer.str(),
                .verdict = book_.check(proposal.proposer.str(), to_be_signed, proposal.signature),
                .fields = fields_of(proposal.content)};
            for (auto& field : fields_of(message->outline))
                known.fields.push_back(field);
            add(std::move(known));
        }
    }
    if (!wants(Channel::polka) && !wants(Channel::commit)) return;
    const auto message = decode_certified_outline(bytes_);
    if (!message) return refuse(message.error());
    const bool polka = message->certificate.content.type == VoteType::prevote;
    KnownMessage known{.kind = polka ? "POLKA" : "COMMIT",
                       .signer = {},
                       .verdict = Verdict::not_signed,
                       .fields = fields_of(message->certificate)};
    for (auto& field : fields_of(message->outline))
        known.fields.push_back(field);
    add(std::move(known));
}

void Finder::try_files() {
    if (channel_) return;
    const auto unsigned_kind = [&](std::string kind, Fields fields) {
        add({.kind = std::move(kind),
             .signer = {},
             .verdict = Verdict::not_signed,
             .fields = std::move(fields)});
    };
    if (const auto block = decode_block(bytes_, network_)) {
        unsigned_kind("BLOCK", fields_of(*block));
    }
    if (const auto block = decode_committed_block(bytes_, network_)) {
        Fields fields = fields_of(block->block);
        for (auto& field : fields_of(block->certificate))
            fields.push_back(field);
        unsigned_kind("COMMITTED BLOCK", std::move(fields));
    }
    if (const auto genesis = decode_genesis(bytes_)) {
        KnownMessage known{.kind = "GENESIS FILE",
                           .signer = genesis->content.genesis_node.str(),
                           .verdict = Verdict::valid,
                           .fields = fields_of(genesis->block.block)};
        known.fields.insert(known.fields.begin(), {"network id", to_hex(genesis->network.view())});
        add(std::move(known));
    }
}

}  // namespace

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::not_signed:
            return "carries its own proofs";
        case Verdict::unchecked:
            return "not checked (no --genesis), and ids of signed things are not the network's";
        case Verdict::unknown_signer:
            return "not checked (the genesis file has no key of the signer)";
        case Verdict::valid:
            return "valid";
        case Verdict::wrong:
            return "WRONG";
    }
    CHECK(false);
}

SignerBook::SignerBook(const LoadedGenesis& genesis)
    : network_(genesis.network), office_(genesis.content.office) {
    add(genesis.content.genesis_node.str(), genesis.content.genesis_node_key);
    add(genesis.content.dgmd.str(), genesis.content.dgmd_key);
    for (const Signatory& officer : genesis.content.office.officers)
        add(officer.name.str(), officer.key);
    for (const Transaction& transaction : genesis.block.block.transactions) {
        if (const auto* node = std::get_if<NodeRegistration>(&transaction.content)) {
            add(node->node.str(), node->signing_key);
        } else if (const auto* meter = std::get_if<MeterRegistration>(&transaction.content)) {
            add(meter->meter.str(), meter->signing_key);
        }
    }
}

void SignerBook::add(const std::string& name, const PublicKey& key) {
    if (const auto verifier = VerifyKey::from_point(key)) keys_.insert_or_assign(name, *verifier);
}

const VerifyKey* SignerBook::find(const std::string& signer) const {
    const auto found = keys_.find(signer);
    return found == keys_.end() ? nullptr : &found->second;
}

Verdict SignerBook::check(const std::string& signer, ByteView to_be_signed,
                          const Signature& signature) const {
    if (!network_) return Verdict::unchecked;
    const VerifyKey* key = find(signer);
    if (key == nullptr) return Verdict::unknown_signer;
    const bool valid = key->verify_strict(to_be_signed, signature) == SignatureFault::none;
    return valid ? Verdict::valid : Verdict::wrong;
}

KindsFound find_kinds(ByteView bytes, std::optional<Channel> channel, const SignerBook& book) {
    return Finder(bytes, channel, book).find();
}

}  // namespace fairfeed
