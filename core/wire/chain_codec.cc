#include "core/wire/chain_codec.h"

#include "core/crypto/digest.h"
#include "core/crypto/merkle.h"
#include "core/wire/decoding.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::uint32_t kVersion = 1;

// A certificate, or null.
void write_optional_certificate(cbor::Writer& writer,
                                const std::optional<QuorumCertificate>& certificate) {
    if (certificate) {
        writer.raw(encode_certificate(*certificate));
    } else {
        writer.null();
    }
}

Result<std::optional<QuorumCertificate>, Reject> decode_optional_certificate(ByteView item) {
    if (cbor::Reader(item).is_null()) return std::optional<QuorumCertificate>();
    auto certificate = decode_certificate(item);
    if (!certificate) return unexpected(certificate.error());
    return std::optional<QuorumCertificate>(std::move(*certificate));
}

Result<std::vector<Transaction>, Reject> decode_transactions(cbor::Reader& reader,
                                                             const Digest& network) {
    std::vector<Transaction> transactions;
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        const ByteView item = reader.item();
        if (!reader.ok()) break;
        auto transaction = decode_transaction(item, network);
        if (!transaction) return unexpected(transaction.error());
        transactions.push_back(std::move(*transaction));
    }
    return transactions;
}

}  // namespace

Bytes encode_header(const BlockHeader& header) {
    cbor::Writer writer;
    writer.map(12);
    put_unsigned(writer, 1, header.version);
    put_bytes(writer, 2, header.network.view());
    put_unsigned(writer, 3, header.height);
    put_integer(writer, 4, header.time_ms);
    put_bytes(writer, 5, header.parent.view());
    put_text(writer, 6, header.proposer.view());
    put_unsigned(writer, 7, header.epoch);
    put_bytes(writer, 8, header.validators.view());
    put_bytes(writer, 9, header.transactions_root.view());
    put_unsigned(writer, 10, header.transaction_count);
    put_bytes(writer, 11, header.app_hash.view());
    put_bytes(writer, 12, header.parent_certificate.view());
    return writer.take();
}

Result<BlockHeader, Reject> decode_header(ByteView bytes) {
    cbor::Reader reader(bytes);
    BlockHeader header;
    const std::size_t size = reader.map();
    header.version = take_u32(reader, 1);
    if (reader.ok() && header.version != kVersion) return unexpected(Reject::unsupported_version);
    if (size != 12) reader.fail(cbor::Fault::malformed);
    header.network = take_fixed<Digest>(reader, 2);
    header.height = take_unsigned(reader, 3);
    header.time_ms = take_integer(reader, 4);
    header.parent = take_fixed<Digest>(reader, 5);
    header.proposer = take_name<NodeId>(reader, 6);
    header.epoch = take_u32(reader, 7);
    header.validators = take_fixed<Digest>(reader, 8);
    header.transactions_root = take_fixed<Digest>(reader, 9);
    header.transaction_count = take_u32(reader, 10);
    header.app_hash = take_fixed<Digest>(reader, 11);
    header.parent_certificate = take_fixed<Digest>(reader, 12);
    return finished(reader, std::move(header));
}

Digest block_id(const BlockHeader& header) {
    return sha256(encode_header(header));
}

Bytes encode_certificate(const QuorumCertificate& certificate) {
    const VoteContent& vote = certificate.content;
    cbor::Writer writer;
    writer.map(vote.block ? 5 : 4);
    put_unsigned(writer, 1, static_cast<std::uint64_t>(vote.type));
    put_unsigned(writer, 2, vote.height);
    put_unsigned(writer, 3, vote.round);
    writer.key(4);
    write_witnesses(writer, certificate.witnesses);
    if (vote.block) put_bytes(writer, 5, vote.block->view());
    return writer.take();
}

Result<QuorumCertificate, Reject> decode_certificate(ByteView bytes) {
    cbor::Reader reader(bytes);
    QuorumCertificate certificate;
    VoteContent& vote = certificate.content;
    const std::size_t size = reader.map();
    const std::uint64_t type = take_unsigned(reader, 1);
    if (type != 1 && type != 2) reader.fail(cbor::Fault::malformed);
    vote.type = static_cast<VoteType>(type);
    vote.height = take_unsigned(reader, 2);
    vote.round = take_u32(reader, 3);
    reader.key(4);
    certificate.witnesses = read_witnesses(reader);
    if (size == 5) vote.block = take_fixed<Digest>(reader, 5);
    if (size != 4 && size != 5) reader.fail(cbor::Fault::malformed);
    return finished(reader, std::move(certificate));
}

Digest certificate_hash(const std::optional<QuorumCertificate>& certificate) {
    return certificate ? sha256(encode_certificate(*certificate)) : Digest{};
}

Bytes encode_outline(const BlockOutline& outline) {
    cbor::Writer writer;
    writer.array(3);
    writer.raw(encode_header(outline.header));
    write_digests(writer, outline.transactions);
    write_optional_certificate(writer, outline.parent_certificate);
    return writer.take();
}

Result<BlockOutline, Reject> decode_outline(ByteView bytes) {
    cbor::Reader reader(bytes);
    reader.array_of(3);
    const ByteView header_bytes = reader.item();
    std::vector<Digest> transactions = read_digests(reader);
    const ByteView certificate_bytes = reader.item();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    auto header = decode_header(header_bytes);
    if (!header) return unexpected(header.error());
    auto certificate = decode_optional_certificate(certificate_bytes);
    if (!certificate) return unexpected(certificate.error());
    return BlockOutline{.header = std::move(*header),
                        .transactions = std::move(transactions),
                        .parent_certificate = std::move(*certificate)};
}

BlockOutline outline_of(const Block& block) {
    BlockOutline outline{
        .header = block.header, .transactions = {}, .parent_certificate = block.parent_certificate};
    for (const Transaction& transaction : block.transactions) {
        outline.transactions.push_back(transaction.id);
    }
    return outline;
}

Bytes encode_block(const Block& block) {
    cbor::Writer writer;
    writer.array(3);
    writer.raw(encode_header(block.header));
    writer.array(block.transactions.size());
    for (const Transaction& transaction : block.transactions) {
        writer.raw(encode_transaction(transaction));
    }
    write_optional_certificate(writer, block.parent_certificate);
    return writer.take();
}

Result<Block, Reject> decode_block(ByteView bytes, const Digest& network) {
    cbor::Reader reader(bytes);
    reader.array_of(3);
    const ByteView header_bytes = reader.item();
    if (!reader.ok()) return unexpected(reject_of(reader.fault()));
    auto header = decode_header(header_bytes);
    if (!header) return unexpected(header.error());
    if (header->network != network) return unexpected(Reject::wrong_network);
    auto transactions = decode_transactions(reader, network);
    if (!transactions) return unexpected(transactions.error());
    const ByteView certificate_bytes = reader.item();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    auto certificate = decode_optional_certificate(certificate_bytes);
    if (!certificate) return unexpected(certificate.error());
    return Block{.header = std::move(*header),
                 .transactions = std::move(*transactions),
                 .parent_certificate = std::move(*certificate)};
}

Bytes encode_committed_block(const CommittedBlock& block) {
    cbor::Writer writer;
    writer.array(2);
    writer.raw(encode_block(block.block));
    writer.raw(encode_certificate(block.certificate));
    return writer.take();
}

Result<CommittedBlock, Reject> decode_committed_block(ByteView bytes, const Digest& network) {
    cbor::Reader reader(bytes);
    reader.array_of(2);
    const ByteView block_bytes = reader.item();
    const ByteView certificate_bytes = reader.item();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    auto block = decode_block(block_bytes, network);
    if (!block) return unexpected(block.error());
    auto certificate = decode_certificate(certificate_bytes);
    if (!certificate) return unexpected(certificate.error());
    return CommittedBlock{.block = std::move(*block), .certificate = std::move(*certificate)};
}

Digest transactions_root(std::span<const Digest> ids) {
    return merkle_root(ids);
}

Digest transactions_root(const Block& block) {
    return merkle_root(std::span<const Digest>(outline_of(block).transactions));
}

Digest validators_hash(std::span<const NodeId> validators) {
    cbor::Writer writer;
    writer.array(validators.size());
    for (const NodeId& validator : validators)
        writer.text(validator.view());
    return sha256(writer.result());
}

}  // namespace fairfeed
