#include "gateway/office/draft.h"

#include <algorithm>

#include "core/wire/cbor.h"
#include "core/wire/decoding.h"
#include "core/wire/office_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMaxDraftBytes = 1'000'000;

std::string names_of(const std::vector<Signatory>& people) {
    std::string names;
    for (const Signatory& each : people)
        names += (names.empty() ? "" : ", ") + each.name.str();
    return names;
}

bool is_valid(const Witness& approval, const Draft& draft) {
    Office alone = draft.office;
    alone.threshold = 1;
    return check_approvals(alone, draft.notice.id, {approval}, draft.network).has_value();
}

bool has_approved(const Draft& draft, const NodeId& officer) {
    return std::any_of(draft.notice.endorsements.begin(), draft.notice.endorsements.end(),
                       [&](const Witness& each) { return each.node == officer; });
}

void insert(Draft& draft, Witness approval) {
    auto& approvals = draft.notice.endorsements;
    const auto at = std::find_if(approvals.begin(), approvals.end(),
                                 [&](const Witness& each) { return approval.node < each.node; });
    approvals.insert(at, std::move(approval));
}

}  // namespace

Bytes encode_draft(const Draft& draft) {
    cbor::Writer writer;
    writer.map(7);
    put_unsigned(writer, 0, kVersion);
    put_bytes(writer, 1, draft.network.view());
    put_bytes(writer, 2, encode_transaction(draft.notice));
    write_office(writer, 3, draft.office);
    put_boolean(writer, 6, draft.withdrawn);
    return writer.take();
}

Result<Draft, std::string> decode_draft(ByteView bytes) {
    const auto no_draft = [](std::string_view why) {
        return unexpected("not a draft of `gateway draft`: " + std::string(why));
    };
    if (bytes.size() > kMaxDraftBytes) return no_draft("too large");
    cbor::Reader reader(bytes);
    Draft draft;
    reader.map_of(7);
    const std::uint64_t version = take_unsigned(reader, 0);
    draft.network = take_fixed<Digest>(reader, 1);
    const ByteView encoded = take_bytes(reader, 2);
    draft.office = read_office(reader, 3);
    draft.withdrawn = take_boolean(reader, 6);
    if (!reader.finish()) return no_draft(to_string(reject_of(reader.fault())));
    if (version != kVersion) return no_draft("of another version of Fairfeed");
    if (const auto fault = fault_of(draft.office)) return no_draft(*fault);
    auto notice = decode_transaction(encoded, draft.network);
    if (!notice) return no_draft(to_string(notice.error()));
    if (!is_dgmd_kind(notice->kind)) return no_draft("it holds no notice of the office");
    draft.notice = std::move(*notice);
    std::erase_if(draft.notice.endorsements,
                  [&](const Witness& approval) { return !is_valid(approval, draft); });
    return draft;
}

std::size_t approvals_missing(const Draft& draft) {
    const std::size_t given = draft.notice.endorsements.size();
    return draft.office.threshold > given ? draft.office.threshold - given : 0;
}

Result<NodeId, std::string> add_approval(Draft& draft, const SigningKey& key) {
    if (draft.withdrawn) return unexpected(std::string("this draft is withdrawn: nobody signs it"));
    const PublicKey point = key.public_key();
    const auto& officers = draft.office.officers;
    const auto officer = std::find_if(officers.begin(), officers.end(),
                                      [&](const Signatory& each) { return each.key == point; });
    if (officer == officers.end()) {
        return unexpected("this key is none of the officers' (" + names_of(officers) +
                          "): take the key that is yours");
    }
    if (has_approved(draft, officer->name)) {
        return unexpected(officer->name.str() + " has approved this draft already");
    }
    insert(draft, approve(draft.notice.id, officer->name, draft.network, key));
    return officer->name;
}

Result<void, std::string> merge(Draft& draft, const Draft& copy) {
    if (copy.network != draft.network || copy.notice.id != draft.notice.id) {
        return unexpected(
            std::string("they are drafts of different notices: submit one at a time"));
    }
    draft.withdrawn = draft.withdrawn || copy.withdrawn;
    for (const Witness& approval : copy.notice.endorsements) {
        if (!has_approved(draft, approval.node) && is_valid(approval, draft)) {
            insert(draft, approval);
        }
    }
    return {};
}

Result<Transaction, std::string> notice_to_submit(const Draft& draft) {
    if (draft.withdrawn) return unexpected(std::string("this draft is withdrawn"));
    if (const std::size_t missing = approvals_missing(draft); missing > 0) {
        return unexpected(std::to_string(missing) + " more of " + names_of(draft.office.officers) +
                          " must sign first: gateway sign");
    }
    Transaction notice = draft.notice;
    notice.endorsements.resize(draft.office.threshold);
    return notice;
}

}  // namespace fairfeed
