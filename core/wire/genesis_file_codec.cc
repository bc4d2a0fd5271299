#include "core/wire/genesis_file_codec.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/in_parallel.h"
#include "core/crypto/digest.h"
#include "core/wire/chain_codec.h"
#include "core/wire/cose.h"
#include "core/wire/decoding.h"
#include "core/wire/office_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

// Limit of the file, enough for the registrations of some 100 000 meters.
constexpr std::size_t kMaxGenesisBytes = 256'000'000;

Bytes seal_payload(const BlockHeader& header) {
    cbor::Writer writer;
    writer.bytes(block_id(header).view());
    return writer.take();
}

// The network id: SHA-256 of the payload of the block's first transaction, which must be GENESIS.
Result<Digest, Reject> derive_network(ByteView block) {
    cbor::Reader reader(block);
    reader.array_of(3);
    (void)reader.item();
    if (reader.array() == 0) reader.fail(cbor::Fault::malformed);
    reader.array_of(3);
    if (reader.unsigned_integer() != static_cast<std::uint64_t>(TransactionKind::genesis)) {
        reader.fail(cbor::Fault::malformed);
    }
    const ByteView envelope = reader.bytes();
    if (!reader.ok()) return unexpected(reject_of(reader.fault()));
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    return sha256(message->payload);
}

Result<void, Reject> check_header(const Block& block, const Genesis& genesis) {
    const BlockHeader& header = block.header;
    if (header.height != 0) return unexpected(Reject::wrong_height);
    if (header.parent != Digest{}) return unexpected(Reject::wrong_parent);
    if (header.proposer != genesis.genesis_node) return unexpected(Reject::wrong_proposer);
    if (header.app_hash != Digest{}) return unexpected(Reject::wrong_app_hash);
    if (header.parent_certificate != Digest{} || block.parent_certificate) {
        return unexpected(Reject::wrong_certificate);
    }
    if (header.transaction_count != block.transactions.size() ||
        header.transactions_root != transactions_root(block)) {
        return unexpected(Reject::wrong_root);
    }
    return {};
}

Result<void, Reject> check_transaction(const Transaction& transaction, const NodeId& signer,
                                       const VerifyKey& key, const Digest& network) {
    if (!transaction.endorsements.empty() || transaction.valid_until != 0) {
        return unexpected(Reject::malformed);
    }
    if (transaction.signer != signer) return unexpected(Reject::unknown_node);
    return verify_transaction(transaction, network, key);
}

Result<void, Reject> check_notice(const Transaction& notice, const Genesis& genesis,
                                  const Digest& network, const VerifyKey& dgmd) {
    if (!is_dgmd_kind(notice.kind)) return unexpected(Reject::malformed);
    return check_transaction(notice, genesis.dgmd, dgmd, network);
}

// GENESIS must be signed by the genesis node, all other transactions by DGMD. The officers approve
// the block instead of each notice, so a network of 10 000 meters loads no slower. The verdict is
// that of the first transaction that is wrong.
Result<void, Reject> check_transactions(const Block& block, const Genesis& genesis,
                                        const Digest& network, const VerifyKey& genesis_node,
                                        std::size_t threads) {
    const auto dgmd = VerifyKey::from_point(genesis.dgmd_key);
    if (!dgmd) return unexpected(Reject::malformed);
    const std::vector<Transaction>& all = block.transactions;
    const auto founding = check_transaction(all[0], genesis.genesis_node, genesis_node, network);
    if (!founding) return founding;
    std::vector<Result<void, Reject>> of_part(threads);
    in_parallel(all.size() - 1, threads, [&](std::size_t part, std::size_t from, std::size_t to) {
        for (std::size_t i = from + 1; i <= to && of_part[part]; ++i)
            of_part[part] = check_notice(all[i], genesis, network, *dgmd);
    });
    const auto wrong = std::ranges::find_if(of_part, [](const auto& sound) { return !sound; });
    return wrong == of_part.end() ? Result<void, Reject>{} : *wrong;
}

Result<void, Reject> check_seal(const GenesisBlock& genesis, const Digest& network,
                                const VerifyKey& genesis_node) {
    const BlockHeader& header = genesis.block.header;
    const Bytes signed_bytes = cose::to_be_signed(cose::Domain::genesis_block, network,
                                                  header.proposer.str(), seal_payload(header));
    return cose::check_signature(signed_bytes, genesis.signature, genesis_node);
}

Result<void, Reject> check_all(const GenesisBlock& genesis, const Genesis& content,
                               const Digest& network, std::size_t threads) {
    const auto genesis_node = VerifyKey::from_point(content.genesis_node_key);
    if (!genesis_node) return unexpected(Reject::malformed);
    if (const auto header = check_header(genesis.block, content); !header) return header;
    const auto transactions =
        check_transactions(genesis.block, content, network, *genesis_node, threads);
    if (!transactions) return transactions;
    if (const auto seal = check_seal(genesis, network, *genesis_node); !seal) return seal;
    return check_approvals(content.office, block_id(genesis.block.header), genesis.approvals,
                           network);
}

}  // namespace

Bytes encode_genesis(const GenesisBlock& genesis) {
    cbor::Writer writer;
    writer.array(3);
    writer.raw(encode_block(genesis.block));
    writer.bytes(genesis.signature.view());
    write_witnesses(writer, genesis.approvals);
    return writer.take();
}

Result<LoadedGenesis, Reject> decode_genesis(ByteView bytes, std::size_t threads) {
    CHECK(threads >= 1);
    if (bytes.size() > kMaxGenesisBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    reader.array_of(3);
    const ByteView block_bytes = reader.item();
    const auto signature = reader.fixed<Signature>();
    auto approvals = read_witnesses(reader);
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    const auto network = derive_network(block_bytes);
    if (!network) return unexpected(network.error());
    auto block = decode_block(block_bytes, *network);
    if (!block) return unexpected(block.error());
    GenesisBlock genesis{
        .block = std::move(*block), .signature = signature, .approvals = std::move(approvals)};
    const Genesis content = std::get<Genesis>(genesis.block.transactions.front().content);
    if (const auto verdict = check_all(genesis, content, *network, threads); !verdict) {
        return unexpected(verdict.error());
    }
    return LoadedGenesis{.network = *network, .content = content, .block = std::move(genesis)};
}

GenesisBlock make_genesis_block(const Block& block, const Digest& network, const NodeId& node,
                                const Signer& signer) {
    const Bytes signed_bytes = cose::to_be_signed(cose::Domain::genesis_block, network, node.view(),
                                                  seal_payload(block.header));
    return {.block = block, .signature = signer.sign(signed_bytes), .approvals = {}};
}

}  // namespace fairfeed
