#include "gateway/audit/audit_chain.h"

#include "core/crypto/digest.h"
#include "core/io/json.h"

namespace fairfeed {
namespace {

constexpr std::string_view kHashMember = ",\"hash\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr std::size_t kHexDigest = 2 * Digest::kSize;
constexpr std::size_t kTailSize = kHashMember.size() + kHexDigest + kEnd.size();

std::string cut(std::string text) {
    if (text.size() > kMaxAuditText) text.resize(kMaxAuditText);
    // As the file will hold it: bytes that are not UTF-8 are replaced.
    return *Json::parse(Json(std::move(text)).dump())->as_text();
}

// The line up to its hash.
std::string covered_text(const AuditEntry& entry) {
    const AuditEvent& event = entry.event;
    std::string text = Json::object()
                           .set("n", entry.number)
                           .set("at_ms", event.real_ms)
                           .set("who", event.who)
                           .set("what", event.what)
                           .set("from", event.from)
                           .set("subject", event.subject)
                           .set("height", event.height ? Json(*event.height) : Json())
                           .set("note", event.note)
                           .set("previous", to_hex(entry.previous.view()))
                           .dump();
    text.pop_back();
    return text;
}

Result<AuditEntry, std::string> parse_entry(std::string_view line) {
    auto json = Json::parse(line);
    if (!json) return unexpected("is no entry: " + json.error());
    const auto text = [&](std::string_view key) {
        const std::string* value = json->at(key).as_text();
        return value != nullptr ? *value : std::string();
    };
    const std::int64_t* number = json->at("n").as_int();
    const std::int64_t* at_ms = json->at("at_ms").as_int();
    const std::int64_t* height = json->at("height").as_int();
    const auto previous = fixed_from_hex<Digest>(text("previous"));
    const auto hash = fixed_from_hex<Digest>(text("hash"));
    if (number == nullptr || *number < 1 || at_ms == nullptr || !previous || !hash ||
        to_hex(hash->view()) != text("hash") || (height != nullptr && *height < 0))
        return unexpected(std::string("is no entry: a member is missing"));
    AuditEntry entry{static_cast<std::uint64_t>(*number),
                     {*at_ms, text("who"), text("what"), text("from"), text("subject"), {}, {}},
                     *previous,
                     *hash};
    if (height != nullptr) entry.event.height = static_cast<std::uint64_t>(*height);
    entry.event.note = text("note");
    return entry;
}

}  // namespace

Digest audit_root(const Digest& network) {
    return sha256({as_bytes("fairfeed audit log 1"), network.view()});
}

std::string audit_line(const AuditEntry& entry) {
    return covered_text(entry).append(kHashMember).append(to_hex(entry.hash.view())).append(kEnd);
}

AuditEntry AuditChain::next(AuditEvent event) const {
    for (std::string* text : {&event.who, &event.what, &event.from, &event.subject, &event.note})
        *text = cut(std::move(*text));
    AuditEntry entry{count_ + 1, std::move(event), head_, {}};
    entry.hash = sha256(as_bytes(covered_text(entry)));
    return entry;
}

Result<AuditEntry, std::string> AuditChain::follow(std::string_view line) {
    if (line.size() <= kTailSize ||
        line.substr(line.size() - kTailSize, kHashMember.size()) != kHashMember)
        return unexpected(std::string("is no entry: it does not end with its hash"));
    auto entry = parse_entry(line);
    if (!entry) return entry;
    if (sha256(as_bytes(line.substr(0, line.size() - kTailSize))) != entry->hash)
        return unexpected(std::string("was altered: its hash does not fit what it says"));
    if (entry->number != count_ + 1)
        return unexpected("has number " + std::to_string(entry->number) + " in the place of " +
                          std::to_string(count_ + 1) + ": lines were removed, added or moved");
    if (entry->previous != head_)
        return unexpected(std::string(count_ == 0 ? "belongs to the log of another network"
                                                  : "does not follow the line before it: one of "
                                                    "the two was replaced"));
    count_ = entry->number;
    head_ = entry->hash;
    return entry;
}

}  // namespace fairfeed
