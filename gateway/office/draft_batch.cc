#include "gateway/office/draft_batch.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/state/registry.h"
#include "core/wire/cbor.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxBatchBytes = 64'000'000;
constexpr unsigned kArray = 4;  // major type, RFC 8949 3.1

bool is_array(ByteView bytes) {
    return !bytes.empty() && bytes.front() >> 5U == kArray;
}

std::uint64_t number_of(const Draft& draft) {
    return registry_sequence(draft.notice.content);
}

bool follows(const Draft& draft, const Draft& before) {
    return draft.network == before.network && draft.office == before.office &&
           number_of(draft) == number_of(before) + 1;
}

}  // namespace

Bytes encode_batch(const DraftBatch& batch) {
    CHECK(!batch.empty());
    if (batch.size() == 1) return encode_draft(batch.front());
    cbor::Writer writer;
    writer.array(batch.size());
    for (const Draft& draft : batch)
        writer.bytes(encode_draft(draft));
    return writer.take();
}

Result<DraftBatch, std::string> decode_batch(ByteView bytes) {
    const auto no_batch = [](const std::string& why) {
        return unexpected("not a batch of drafts of `gateway draft`: " + why);
    };
    DraftBatch batch;
    if (!is_array(bytes)) {
        auto alone = decode_draft(bytes);
        if (!alone) return unexpected(alone.error());
        batch.push_back(std::move(*alone));
        return batch;
    }
    if (bytes.size() > kMaxBatchBytes) return no_batch("too large");
    cbor::Reader reader(bytes);
    const std::size_t size = reader.array();
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        const ByteView encoded = reader.bytes();
        if (!reader.ok()) break;
        auto draft = decode_draft(encoded);
        if (!draft) return unexpected(draft.error());
        if (!batch.empty() && !follows(*draft, batch.back()))
            return no_batch("its notices do not follow each other");
        batch.push_back(std::move(*draft));
    }
    if (!reader.finish()) return no_batch(std::string(to_string(reject_of(reader.fault()))));
    if (batch.size() < 2) return no_batch("a batch has two drafts or more");
    return batch;
}

const Office& office_of(const DraftBatch& batch) {
    return batch.front().office;
}

Result<NodeId, std::string> add_approvals(DraftBatch& batch, const SigningKey& key) {
    DraftBatch approved = batch;
    NodeId officer;
    for (Draft& draft : approved) {
        auto added = add_approval(draft, key);
        if (!added) return added;
        officer = std::move(*added);
    }
    batch = std::move(approved);
    return officer;
}

Result<void, std::string> merge(DraftBatch& batch, const DraftBatch& copy) {
    if (batch.size() != copy.size())
        return unexpected(std::string("they are batches of different notices"));
    DraftBatch merged = batch;
    for (std::size_t i = 0; i < merged.size(); ++i)
        if (auto done = merge(merged[i], copy[i]); !done) return done;
    batch = std::move(merged);
    return {};
}

Result<std::vector<Transaction>, std::string> notices_to_submit(const DraftBatch& batch) {
    std::vector<Transaction> notices;
    for (const Draft& draft : batch) {
        auto notice = notice_to_submit(draft);
        if (!notice) return unexpected(notice.error());
        notices.push_back(std::move(*notice));
    }
    return notices;
}

}  // namespace fairfeed
