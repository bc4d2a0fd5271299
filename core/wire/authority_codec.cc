#include "core/wire/authority_codec.h"

#include "core/base/check.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

// [window, ...], ascending, each once; not empty.
std::vector<Window> read_windows(cbor::Reader& reader) {
    std::vector<Window> windows;
    const std::size_t size = reader.array();
    if (size == 0 || size > kMaxWindowsExceeded) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        const auto window = static_cast<Window>(reader.unsigned_at_most(UINT32_MAX));
        if (!windows.empty() && window <= windows.back()) reader.fail(cbor::Fault::not_canonical);
        windows.push_back(window);
    }
    return windows;
}

}  // namespace

void write_dgmd_keys(cbor::Writer& writer, const DgmdKeyChange& change) {
    writer.map(3);
    put_unsigned(writer, 1, change.sequence);
    put_bytes(writer, 2, change.keys.signing.view());
    put_bytes(writer, 3, change.keys.agreement.view());
}

DgmdKeyChange read_dgmd_keys(cbor::Reader& reader) {
    DgmdKeyChange change;
    reader.map_of(3);
    change.sequence = take_unsigned(reader, 1);
    change.keys.signing = take_fixed<PublicKey>(reader, 2);
    change.keys.agreement = take_fixed<PublicKey>(reader, 3);
    return change;
}

void write_policy(cbor::Writer& writer, const WatchPolicy& policy) {
    writer.map(6);
    put_unsigned(writer, 1, policy.sequence);
    put_integer(writer, 2, policy.limits.warn_percent);
    put_integer(writer, 3, policy.limits.exceed_percent);
    put_unsigned(writer, 4, policy.limits.windows_exceeded);
    put_unsigned(writer, 5, policy.limits.of_windows);
    put_unsigned(writer, 6, policy.most_per_week);
}

WatchPolicy read_policy(cbor::Reader& reader) {
    WatchPolicy policy;
    reader.map_of(6);
    policy.sequence = take_unsigned(reader, 1);
    policy.limits.warn_percent = take_integer(reader, 2);
    policy.limits.exceed_percent = take_integer(reader, 3);
    policy.limits.windows_exceeded = take_u32(reader, 4);
    policy.limits.of_windows = take_u32(reader, 5);
    policy.most_per_week = take_u32(reader, 6);
    return policy;
}

void write_deauthorisation(cbor::Writer& writer, const Deauthorisation& deauthorisation) {
    const bool has_evidence = !deauthorisation.evidence.empty();
    CHECK(has_evidence || !deauthorisation.policy);
    writer.map(deauthorisation.policy ? 6 : has_evidence ? 5 : 4);
    put_unsigned(writer, 1, deauthorisation.sequence);
    put_text(writer, 2, deauthorisation.meter.str());
    put_unsigned(writer, 3, static_cast<std::uint64_t>(deauthorisation.reason));
    put_unsigned(writer, 4, deauthorisation.effective);
    if (!has_evidence) return;
    writer.key(5);
    writer.array(deauthorisation.evidence.size());
    for (const Window window : deauthorisation.evidence)
        writer.unsigned_integer(window);
    if (deauthorisation.policy) put_unsigned(writer, 6, *deauthorisation.policy);
}

Deauthorisation read_deauthorisation(cbor::Reader& reader) {
    Deauthorisation deauthorisation;
    const std::size_t size = reader.map();
    if (size < 4 || size > 6) reader.fail(cbor::Fault::malformed);
    deauthorisation.sequence = take_unsigned(reader, 1);
    deauthorisation.meter = take_name<MeterId>(reader, 2);
    const auto reason = deauthorisation_reason_from(take_unsigned(reader, 3));
    if (!reason) reader.fail(cbor::Fault::malformed);
    deauthorisation.reason = reason.value_or(DeauthorisationReason::over_capacity);
    deauthorisation.effective = take_u32(reader, 4);
    if (size >= 5) {
        reader.key(5);
        deauthorisation.evidence = read_windows(reader);
    }
    if (size == 6) deauthorisation.policy = take_unsigned(reader, 6);
    return deauthorisation;
}

}  // namespace fairfeed
